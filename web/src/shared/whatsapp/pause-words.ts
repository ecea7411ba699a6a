/** Why nothing is sent from a number, in the reader's language. */

import { catalogue, type Language } from "@/shared/i18n/catalogue";

/** Meta's facts that pause a number, by their names in the API (`pause_cause`). */
export const pauseMessages = catalogue({
  en: {
    cause: {
      deleted: "Meta says that this WhatsApp Business account was deleted.",
      partner_removed: "The business took its account away from this installation.",
      app_uninstalled: "The business removed this installation's app.",
      ban: "Meta disabled this WhatsApp Business account.",
      onboarding: "The number was signed out of the Cloud API.",
      "restriction.RESTRICTED_CUSTOMER_INITIATED_MESSAGING":
        "Meta restricts this account: no message may be sent, not even an answer.",
    },
  },
  es: {
    cause: {
      deleted: "Meta dice que esta cuenta de WhatsApp Business fue eliminada.",
      partner_removed: "La empresa retiró su cuenta de esta instalación.",
      app_uninstalled: "La empresa eliminó la app de esta instalación.",
      ban: "Meta ha inhabilitado esta cuenta de WhatsApp Business.",
      onboarding: "El número se dio de baja de la Cloud API.",
      "restriction.RESTRICTED_CUSTOMER_INITIATED_MESSAGING":
        "Meta restringe esta cuenta: no se puede enviar ningún mensaje, ni siquiera respuestas.",
    },
  },
  pt: {
    cause: {
      deleted: "A Meta diz que esta conta do WhatsApp Business foi excluída.",
      partner_removed: "A empresa retirou sua conta desta instalação.",
      app_uninstalled: "A empresa removeu o app desta instalação.",
      ban: "A Meta desativou esta conta do WhatsApp Business.",
      onboarding: "O número saiu da Cloud API.",
      "restriction.RESTRICTED_CUSTOMER_INITIATED_MESSAGING":
        "A Meta restringe esta conta: nenhuma mensagem pode ser enviada, nem respostas.",
    },
  },
});

export interface Pause {
  /** Null where a refused send paused it. */
  pause_cause: string | null;
  /** As the server told it, in English. */
  pause_reason: string | null;
  /** What Meta's code means. */
  pause_words: Readonly<Record<Language, string>> | null;
}

export function pauseWords(
  pause: Pause,
  { cause }: { cause: Readonly<Record<string, string>> },
  language: Language,
): string | null {
  const words = pause.pause_cause === null ? pause.pause_words?.[language] : cause[pause.pause_cause];
  return words ?? pause.pause_reason;
}
