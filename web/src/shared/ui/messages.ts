/** Words that every feature needs. */

import { catalogue } from "@/shared/i18n/catalogue";

export const uiMessages = catalogue({
  en: {
    cancel: "Cancel",
    close: "Close",
    save: "Save",
    saved: "Saved",
    loading: "Loading",
    back: "Back",
    copy: "Copy",
    copied: "Copied",
    needsHttps: "Needs HTTPS",
  },
  es: {
    cancel: "Cancelar",
    close: "Cerrar",
    save: "Guardar",
    saved: "Guardado",
    loading: "Cargando",
    back: "Volver",
    copy: "Copiar",
    copied: "Copiado",
    needsHttps: "Necesita HTTPS",
  },
  pt: {
    cancel: "Cancelar",
    close: "Fechar",
    save: "Salvar",
    saved: "Salvo",
    loading: "Carregando",
    back: "Voltar",
    copy: "Copiar",
    copied: "Copiado",
    needsHttps: "Precisa de HTTPS",
  },
});
