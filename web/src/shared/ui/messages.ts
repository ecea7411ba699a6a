/** Words that every feature needs. */

import { catalogue } from "@/shared/i18n/catalogue";

export const uiMessages = catalogue({
  en: {
    passwordUnfit: "This password is too easy to guess. Choose another; a few words in a row do well.",
    newPassword: "New password",
    showSecret: "Show what is written",
    passwordRule: "At least 10 characters. A few words in a row do well.",
    passwordShort: (missing: string) => `${missing} more`,
    cancel: "Cancel",
    close: "Close",
    save: "Save",
    saved: "Saved",
    loading: "Loading",
    back: "Back",
    copy: "Copy",
    copied: "Copied",
    needsHttps: "Needs HTTPS",
    showMore: "Show more",
  },
  es: {
    passwordUnfit:
      "Esta contraseña es fácil de adivinar. Elige otra; unas cuantas palabras seguidas van bien.",
    newPassword: "Contraseña nueva",
    showSecret: "Mostrar lo escrito",
    passwordRule: "Al menos 10 caracteres. Unas cuantas palabras seguidas van bien.",
    passwordShort: (missing) => `faltan ${missing}`,
    cancel: "Cancelar",
    close: "Cerrar",
    save: "Guardar",
    saved: "Guardado",
    loading: "Cargando",
    back: "Volver",
    copy: "Copiar",
    copied: "Copiado",
    needsHttps: "Necesita HTTPS",
    showMore: "Mostrar más",
  },
  pt: {
    passwordUnfit:
      "Esta senha é fácil de adivinhar. Escolha outra; algumas palavras em sequência funcionam bem.",
    newPassword: "Nova senha",
    showSecret: "Mostrar o que está escrito",
    passwordRule: "Pelo menos 10 caracteres. Algumas palavras em sequência funcionam bem.",
    passwordShort: (missing) => `faltam ${missing}`,
    cancel: "Cancelar",
    close: "Fechar",
    save: "Salvar",
    saved: "Salvo",
    loading: "Carregando",
    back: "Voltar",
    copy: "Copiar",
    copied: "Copiado",
    needsHttps: "Precisa de HTTPS",
    showMore: "Mostrar mais",
  },
});
