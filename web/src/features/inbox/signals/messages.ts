import { catalogue } from "@/shared/i18n/catalogue";
import { plural } from "@/shared/i18n/format";

export const signalMessages = catalogue({
  en: {
    silent: "The browser keeps this page silent",
    silentHint: "A message came in, but browsers play nothing before the first click.",
    allow: "Turn sound on",
    newMessage: "New message",
    ask: "Get told of new messages also when this page is not in front?",
    turnOn: "Turn on",
    notNow: "Not now",
    mention: "A colleague mentioned you",
    title: (unread: string, name: string) => `(${unread}) ${name}`,
    arrived: (count: number) => plural("en", count, { one: "# new message", other: "# new messages" }),
  },
  es: {
    silent: "El navegador mantiene esta página en silencio",
    silentHint: "Ha llegado un mensaje, pero el navegador no reproduce nada antes del primer clic.",
    allow: "Activar el sonido",
    newMessage: "Mensaje nuevo",
    ask: "¿Quieres que te avisemos de los mensajes nuevos aunque esta página no esté delante?",
    turnOn: "Activar",
    notNow: "Ahora no",
    mention: "Un compañero te ha mencionado",
    title: (unread: string, name: string) => `(${unread}) ${name}`,
    arrived: (count: number) => plural("es", count, { one: "# mensaje nuevo", other: "# mensajes nuevos" }),
  },
  pt: {
    silent: "O navegador mantém esta página em silêncio",
    silentHint: "Chegou uma mensagem, mas o navegador não toca nada antes do primeiro clique.",
    allow: "Ativar o som",
    newMessage: "Nova mensagem",
    ask: "Quer ser avisado de novas mensagens mesmo quando esta página não está na frente?",
    turnOn: "Ativar",
    notNow: "Agora não",
    mention: "Um colega mencionou você",
    title: (unread: string, name: string) => `(${unread}) ${name}`,
    arrived: (count: number) => plural("pt", count, { one: "# nova mensagem", other: "# novas mensagens" }),
  },
});
