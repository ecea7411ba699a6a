import { catalogue } from "@/shared/i18n/catalogue";

export const bannerMessages = catalogue({
  en: {
    paused: "This number is paused: nothing is sent.",
    waits: "What you write waits, and goes out once it goes on.",
    disconnected: "This number is disconnected: nothing can be sent from it.",
    open: "Open connections",
    ask: "Ask an administrator.",
  },
  es: {
    paused: "Este número está en pausa: no se envía nada.",
    waits: "Lo que escribas espera y sale cuando se reanude.",
    disconnected: "Este número está desconectado: no se puede enviar nada desde él.",
    open: "Abrir conexiones",
    ask: "Pídeselo a un administrador.",
  },
  pt: {
    paused: "Este número está em pausa: nada é enviado.",
    waits: "O que você escrever espera e sai quando ele voltar.",
    disconnected: "Este número está desconectado: nada pode ser enviado por ele.",
    open: "Abrir conexões",
    ask: "Peça a um administrador.",
  },
});
