/** Why the identity provider signed nobody in: told in the address it came back to. */

import { catalogue } from "@/shared/i18n/catalogue";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";

const messages = catalogue({
  en: {
    unknown: "Nobody with that e-mail address has an account here. Ask an administrator for an invitation.",
    unverified:
      "Your company’s sign-in does not vouch for your e-mail address. Ask its administrator to verify it.",
    expired: "That took too long, or began in another browser. Try again.",
    other: "Your company’s sign-in did not work. Try again; if it goes on, tell your administrator.",
  },
  es: {
    unknown: "Nadie con ese correo tiene cuenta aquí. Pide una invitación a un administrador.",
    unverified: "El acceso de tu empresa no responde de tu correo. Pide a su administrador que lo verifique.",
    expired: "Tardó demasiado, o empezó en otro navegador. Inténtalo otra vez.",
    other: "El acceso de tu empresa no funcionó. Inténtalo otra vez; si sigue, avisa a tu administrador.",
  },
  pt: {
    unknown: "Ninguém com esse e-mail tem conta aqui. Peça um convite a um administrador.",
    unverified: "O acesso da sua empresa não confirma seu e-mail. Peça ao administrador que o verifique.",
    expired: "Demorou demais, ou começou em outro navegador. Tente de novo.",
    other: "O acesso da sua empresa não funcionou. Tente de novo; se continuar, avise seu administrador.",
  },
});

type Reason = "unknown" | "unverified" | "expired";
const KNOWN: readonly string[] = ["unknown", "unverified", "expired"] satisfies Reason[];

export function OidcFailure({ reason }: { reason: string }) {
  const t = useMessages(messages);
  return <FormError>{KNOWN.includes(reason) ? t[reason as Reason] : t.other}</FormError>;
}
