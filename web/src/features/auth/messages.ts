import { catalogue } from "@/shared/i18n/catalogue";

export const authMessages = catalogue({
  en: {
    signIn: "Sign in",
    email: "E-mail",
    password: "Password",
    sessionEnded: "Your session has ended",
    sessionEndedHint: "Sign in again and go on: what you typed is still here.",
  },
  es: {
    signIn: "Entrar",
    email: "Correo electrónico",
    password: "Contraseña",
    sessionEnded: "Tu sesión ha terminado",
    sessionEndedHint: "Entra de nuevo y sigue: lo que escribiste sigue aquí.",
  },
  pt: {
    signIn: "Entrar",
    email: "E-mail",
    password: "Senha",
    sessionEnded: "Sua sessão terminou",
    sessionEndedHint: "Entre de novo e continue: o que você digitou ainda está aqui.",
  },
});
