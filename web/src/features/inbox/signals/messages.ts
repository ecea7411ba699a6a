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
    given: (by: string) => `${by} gave you a conversation`,
    due: "It was put off until now",
    dueOne: "A conversation is back",
    handedMany: (count: number) =>
      plural("en", count, { one: "# conversation came to you", other: "# conversations came to you" }),
    unsentTitle: (count: number, title: string) => `${count} not sent · ${title}`,
    unsentTo: (name: string) => `Not sent to ${name}`,
    unsentMany: (count: number) =>
      plural("en", count, { one: "# message was not sent", other: "# messages were not sent" }),
    unsentUnknown: "somebody",
    notConfirmed: "The server has not confirmed it.",
    open: "Open",
    andMore: (count: number) => plural("en", count, { one: "and # more", other: "and # more" }),
    title: (unread: string, name: string) => `(${unread}) ${name}`,
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
    given: (by) => `${by} te ha dado una conversación`,
    due: "Estaba pospuesta hasta ahora",
    dueOne: "Ha vuelto una conversación",
    handedMany: (count) =>
      plural("es", count, { one: "Te ha llegado # conversación", other: "Te han llegado # conversaciones" }),
    unsentTitle: (count: number, title: string) => `${count} sin enviar · ${title}`,
    unsentTo: (name: string) => `No se envió a ${name}`,
    unsentMany: (count: number) =>
      plural("es", count, { one: "# mensaje no se envió", other: "# mensajes no se enviaron" }),
    unsentUnknown: "alguien",
    notConfirmed: "El servidor no lo ha confirmado.",
    open: "Abrir",
    andMore: (count: number) => plural("es", count, { one: "y # más", other: "y # más" }),
    title: (unread: string, name: string) => `(${unread}) ${name}`,
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
    given: (by) => `${by} passou uma conversa para você`,
    due: "Estava adiada até agora",
    dueOne: "Uma conversa voltou",
    handedMany: (count) =>
      plural("pt", count, { one: "# conversa chegou para você", other: "# conversas chegaram para você" }),
    unsentTitle: (count: number, title: string) =>
      `${plural("pt", count, { one: "# não enviada", other: "# não enviadas" })} · ${title}`,
    unsentTo: (name: string) => `Não enviada a ${name}`,
    unsentMany: (count: number) =>
      plural("pt", count, { one: "# mensagem não foi enviada", other: "# mensagens não foram enviadas" }),
    unsentUnknown: "alguém",
    notConfirmed: "O servidor não a confirmou.",
    open: "Abrir",
    andMore: (count: number) => plural("pt", count, { one: "e mais #", other: "e mais #" }),
    title: (unread: string, name: string) => `(${unread}) ${name}`,
  },
});
