import { catalogue } from "@/shared/i18n/catalogue";

/** The words of consent that every screen of it has. */
export const consentMessages = catalogue({
  en: {
    category: { marketing: "Marketing", utility: "Utility", all: "Everything" },
    categoryHint: {
      marketing: "Offers, news, invitations.",
      utility: "Reminders, orders, what they asked for.",
      all: "Whatever is sent without them having written.",
    },
    about: "About",
    said: { in: "Yes", out: "No" },
    verdict: {
      in: { marketing: "Yes to marketing", utility: "Yes to utility messages", all: "Yes to everything" },
      out: { marketing: "No to marketing", utility: "No to utility messages", all: "No to everything" },
    },
    missing: "Fill this in.",
    save: "Save",
    somebody: "Somebody",
  },
  es: {
    category: { marketing: "Marketing", utility: "Utilidad", all: "Todo" },
    categoryHint: {
      marketing: "Ofertas, novedades, invitaciones.",
      utility: "Recordatorios, pedidos, lo que han pedido.",
      all: "Todo lo que se envía sin que hayan escrito.",
    },
    about: "Sobre",
    said: { in: "Sí", out: "No" },
    verdict: {
      in: { marketing: "Sí al marketing", utility: "Sí a mensajes de utilidad", all: "Sí a todo" },
      out: { marketing: "No al marketing", utility: "No a mensajes de utilidad", all: "No a todo" },
    },
    missing: "Rellena esto.",
    save: "Guardar",
    somebody: "Alguien",
  },
  pt: {
    category: { marketing: "Marketing", utility: "Utilidade", all: "Tudo" },
    categoryHint: {
      marketing: "Ofertas, novidades, convites.",
      utility: "Lembretes, pedidos, o que a pessoa pediu.",
      all: "Tudo o que se envia sem que a pessoa tenha escrito.",
    },
    about: "Sobre",
    said: { in: "Sim", out: "Não" },
    verdict: {
      in: { marketing: "Sim ao marketing", utility: "Sim a mensagens de utilidade", all: "Sim a tudo" },
      out: { marketing: "Não ao marketing", utility: "Não a mensagens de utilidade", all: "Não a tudo" },
    },
    missing: "Preencha isto.",
    save: "Salvar",
    somebody: "Alguém",
  },
});
