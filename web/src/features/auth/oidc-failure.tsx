/** Why the identity provider signed nobody in: told in the address it came back to. */

import { catalogue } from "@/shared/i18n/catalogue";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";

const messages = catalogue({
  en: {
    unknown: "Nobody with that e-mail address has an account here. Ask an administrator for an invitation.",
    tied: "The account with your e-mail address belongs to another account at your company’s sign-in. Ask an administrator to untie it.",
    address:
      "An account needs an e-mail address in plain letters (a to z, no accents). Yours at your company’s sign-in is not one.",
    unverified:
      "Your company’s sign-in does not vouch for your e-mail address. Ask its administrator to verify it.",
    expired: "That took too long, or began in another browser. Try again.",
    unavailable:
      "Your company’s sign-in does not answer at the moment. Try again shortly, or sign in with your password.",
    too_many_requests: "Too many people are signing in from here at once. Wait a moment and try again.",
    other: "Your company’s sign-in did not work. Try again; if it goes on, tell your administrator.",
  },
  es: {
    unknown: "Nadie con ese correo tiene cuenta aquí. Pide una invitación a un administrador.",
    tied: "La cuenta con tu correo pertenece a otra cuenta del acceso de tu empresa. Pide a un administrador que la desvincule.",
    address:
      "Una cuenta necesita un correo en letras simples (de la a a la z, sin acentos). El que tienes en el acceso de tu empresa no lo es.",
    unverified: "El acceso de tu empresa no responde de tu correo. Pide a su administrador que lo verifique.",
    expired: "Tardó demasiado, o empezó en otro navegador. Inténtalo otra vez.",
    unavailable:
      "El acceso de tu empresa no responde ahora. Inténtalo en un momento, o entra con tu contraseña.",
    too_many_requests:
      "Demasiadas personas entran desde aquí a la vez. Espera un momento e inténtalo otra vez.",
    other: "El acceso de tu empresa no funcionó. Inténtalo otra vez; si sigue, avisa a tu administrador.",
  },
  pt: {
    unknown: "Ninguém com esse e-mail tem conta aqui. Peça um convite a um administrador.",
    tied: "A conta com seu e-mail pertence a outra conta do acesso da sua empresa. Peça a um administrador que a desvincule.",
    address:
      "Uma conta precisa de um e-mail em letras simples (de a a z, sem acentos). O que você tem no acesso da sua empresa não é assim.",
    unverified: "O acesso da sua empresa não confirma seu e-mail. Peça ao administrador que o verifique.",
    expired: "Demorou demais, ou começou em outro navegador. Tente de novo.",
    unavailable:
      "O acesso da sua empresa não responde agora. Tente de novo em instantes, ou entre com sua senha.",
    too_many_requests: "Muitas pessoas entram daqui ao mesmo tempo. Espere um momento e tente de novo.",
    other: "O acesso da sua empresa não funcionou. Tente de novo; se continuar, avise seu administrador.",
  },
});

const REASONS = [
  "unknown",
  "tied",
  "address",
  "unverified",
  "expired",
  "unavailable",
  "too_many_requests",
] as const;
type Reason = (typeof REASONS)[number];

export function OidcFailure({ reason }: { reason: string }) {
  const t = useMessages(messages);
  return <FormError>{isKnown(reason) ? t[reason] : t.other}</FormError>;
}

function isKnown(reason: string): reason is Reason {
  return (REASONS as readonly string[]).includes(reason);
}
