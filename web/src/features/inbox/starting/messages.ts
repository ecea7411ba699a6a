import { catalogue } from "@/shared/i18n/catalogue";

export const startingMessages = catalogue({
  en: {
    title: "New conversation",
    to: "To",
    toHint: "A name, or a phone number with + and country code",
    titleTo: (name: string) => `New conversation with ${name}`,
    next: "Continue",
    from: "From",
    known: (name: string) => `There is a conversation with ${name} already.`,
    openIt: "Open it",
    templateHint: "Whoever has not written in the last 24 hours gets a template first.",
  },
  es: {
    title: "Nueva conversación",
    to: "Para",
    toHint: "Un nombre, o un número de teléfono con + y prefijo del país",
    titleTo: (name: string) => `Nueva conversación con ${name}`,
    next: "Continuar",
    from: "Desde",
    known: (name: string) => `Ya hay una conversación con ${name}.`,
    openIt: "Abrirla",
    templateHint: "Quien no ha escrito en las últimas 24 horas recibe primero una plantilla.",
  },
  pt: {
    title: "Nova conversa",
    to: "Para",
    toHint: "Um nome, ou um número de telefone com + e código do país",
    titleTo: (name: string) => `Nova conversa com ${name}`,
    next: "Continuar",
    from: "De",
    known: (name: string) => `Já existe uma conversa com ${name}.`,
    openIt: "Abrir",
    templateHint: "Quem não escreveu nas últimas 24 horas recebe primeiro um modelo.",
  },
});
