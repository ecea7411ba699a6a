import { describe, expect, it } from "vitest";
import { addable, withButton } from "./buttons";
import { withButtonOnCards, withCard, withCardChanged, withCardMoved } from "./cards";
import { componentsOf } from "./components";
import { buttonOf, type Draft, EMPTY, nameOf, nextVariable, ofKind } from "./draft";
import { placed } from "./findings";
import { lookOf } from "./look";
import { beyond, draftOf } from "./reading";

const WRITTEN: Draft = {
  ...EMPTY,
  name: "cita",
  header: { ...EMPTY.header, kind: "TEXT", text: "Cita {{1}}", example: "84" },
  body: "Hola {{2}}, te espera {{1}} mañana.",
  examples: { "1": "Eva", "2": "Ana" },
  footer: "Clínica",
  buttons: [
    { ...buttonOf("QUICK_REPLY", 0), text: "Sí" },
    {
      ...buttonOf("URL", 1),
      text: "Ver",
      url: "https://example.org/{{1}}",
      example: "https://example.org/8",
    },
  ],
};

const SAMPLE = { handle: "4::aW", filename: "casa.png", picture: null };

function carousel(): Draft {
  let draft = ofKind(
    { ...EMPTY, name: "casas", body: "Mira, {{1}}: dos casas.", examples: { "1": "Ana" } },
    "CAROUSEL",
  );
  for (const { key, buttons } of draft.cards)
    draft = withCardChanged(draft, key, {
      sample: SAMPLE,
      body: `Casa ${key}`,
      buttons: buttons.map((one) => ({ ...one, text: "Ver", url: `https://example.org/${key}` })),
    });
  return draft;
}

/** As Meta lists it, to be read again. */
function listed(draft: Draft) {
  return { waba_id: "1", name: draft.name, language: "es", category: draft.category, ...componentsOf(draft) };
}

describe("a draft", () => {
  it("becomes Meta's components, with the examples in the order of the numbers", () => {
    const { components, fields } = componentsOf(WRITTEN);

    expect(fields).toEqual(["header", "body", "footer", "buttons"]);
    expect(components[0]).toEqual({
      type: "HEADER",
      format: "TEXT",
      text: "Cita {{1}}",
      example: { header_text: ["84"] },
    });
    expect(components[1]).toMatchObject({ example: { body_text: [["Eva", "Ana"]] } });
  });

  it("is read back from a template as it was written", () => {
    expect(draftOf(listed(WRITTEN))).toEqual({ ...WRITTEN, wabaId: "1" });
    expect(beyond(listed(WRITTEN))).toEqual([]);
  });

  it("names the examples of named variables", () => {
    const named = { ...EMPTY, body: "Hola {{nombre}}.", examples: { nombre: "Ana" } };
    const { components } = componentsOf(named);

    expect(components[0]).toMatchObject({
      example: { body_text_named_params: [{ param_name: "nombre", example: "Ana" }] },
    });
    expect(lookOf(components).body).toBe("Hola Ana.");
  });

  it("keeps quick replies together and knows how many of each there may be", () => {
    const more = withButton(WRITTEN.buttons, "QUICK_REPLY");

    expect(more.map((one) => one.type)).toEqual(["QUICK_REPLY", "QUICK_REPLY", "URL"]);
    expect(addable(WRITTEN, withButton(WRITTEN.buttons, "URL"))).toEqual([
      "QUICK_REPLY",
      "PHONE_NUMBER",
      "FLOW",
    ]);
    expect(addable({ ...WRITTEN, category: "MARKETING" }, WRITTEN.buttons)).toContain("COPY_CODE");
  });

  it("inserts the next variable, and makes Meta's name of what is typed", () => {
    expect(nextVariable("Hola {{1}} y {{2}}", "variable")).toBe("3");
    expect(nextVariable("Hola {{nombre}}", "variable")).toBe("variable_1");
    expect(nextVariable("", "variable")).toBe("1");
    expect(nameOf("Recordatorio de Citación 2")).toBe("recordatorio_de_citacion_2");
  });

  it("keeps what was written when it becomes another kind, where that has a place for it", () => {
    const offer = ofKind({ ...WRITTEN, header: { ...WRITTEN.header, kind: "TEXT" } }, "OFFER");

    expect(offer.body).toBe(WRITTEN.body);
    expect(offer.category).toBe("MARKETING");
    expect(offer.header.kind).toBe("IMAGE");
    expect(offer.buttons.map((one) => one.type)).toEqual(["URL"]);
    expect(ofKind(EMPTY, "OFFER").buttons.map((one) => one.type)).toEqual(["COPY_CODE", "URL"]);
    expect(ofKind(ofKind(WRITTEN, "CODE"), "MESSAGE")).toEqual({ ...WRITTEN, category: "UTILITY" });
  });
});

describe("a carousel", () => {
  it("is written card by card and read back", () => {
    const draft = carousel();
    const { components, fields, cardFields } = componentsOf(draft);

    expect(fields).toEqual(["body", "cards"]);
    expect(cardFields).toEqual(["header", "body", "buttons"]);
    expect(components[1]).toMatchObject({
      cards: [{ components: [{ example: { header_handle: ["4::aW"] } }, { text: "Casa 1" }, {}] }, {}],
    });
    expect(draftOf(listed(draft)).cards.map((one) => one.body)).toEqual(["Casa 1", "Casa 2"]);
    expect(beyond(listed(draft))).toEqual([]);
    expect(lookOf(components).cards[1]).toMatchObject({ body: "Casa 2", header: { format: "IMAGE" } });
  });

  it("keeps its cards alike: a button comes to all, a new card has the buttons of the others", () => {
    const draft = withCard(withButtonOnCards(carousel(), "QUICK_REPLY"));

    expect(draft.cards.map((card) => card.buttons.map((one) => one.type))).toEqual([
      ["URL", "QUICK_REPLY"],
      ["URL", "QUICK_REPLY"],
      ["URL", "QUICK_REPLY"],
    ]);
    expect(addable(draft, draft.cards[0]?.buttons ?? [])).toEqual([]);
  });

  it("has a text on every card or on none", () => {
    const [first] = carousel().cards;
    const half = withCardChanged(carousel(), first?.key ?? 0, { body: "" });

    expect(componentsOf(half).cardFields).toContain("body");
    expect(componentsOf(ofKind(EMPTY, "CAROUSEL")).cardFields).toEqual(["header", "buttons"]);
  });

  it("changes the order of its cards, and leaves the first where it is", () => {
    const draft = carousel();

    expect(withCardMoved(draft, 2, -1).cards.map((one) => one.key)).toEqual([2, 1]);
    expect(withCardMoved(draft, 1, -1)).toBe(draft);
  });

  it("of products names a product on each card and nothing else", () => {
    const draft: Draft = { ...carousel(), cardFormat: "PRODUCT" };

    expect(componentsOf(draft).cardFields).toEqual(["header", "buttons"]);
    expect(draftOf(listed(draft)).cardFormat).toBe("PRODUCT");
    expect(beyond(listed(draft))).toEqual([]);
  });
});

describe("an offer, the catalogue and a form", () => {
  it("stand in the order of Meta's documents and are read back", () => {
    const offer = { ...ofKind(EMPTY, "OFFER"), offer: { text: "20 % menos", ends: true } };
    const shop = { ...ofKind(EMPTY, "CATALOG"), shop: "SPM" as const };

    expect(componentsOf(offer).components.map((one) => one["type"])).toEqual([
      "HEADER",
      "LIMITED_TIME_OFFER",
      "BODY",
      "BUTTONS",
    ]);
    expect(componentsOf(shop).components.map((one) => one["format"] ?? one["type"])).toEqual([
      "PRODUCT",
      "BODY",
      "BUTTONS",
    ]);
    for (const draft of [offer, shop, ofKind(EMPTY, "CATALOG")]) {
      expect(draftOf(listed(draft)).kind).toBe(draft.kind);
      expect(beyond(listed(draft))).toEqual([]);
    }
    expect(draftOf(listed(offer)).offer).toEqual(offer.offer);
    expect(draftOf(listed(shop)).shop).toBe("SPM");
  });

  it("opens a form by its id, and leaves a form that asks a server to the API", () => {
    const form = { ...buttonOf("FLOW", 0), text: "Pedir cita", flow: "123", screen: "INICIO" };
    const draft: Draft = { ...EMPTY, buttons: [form] };
    const template = listed(draft);

    expect(draftOf(template).buttons).toEqual([form]);
    expect(beyond(template)).toEqual([]);
    const asking = structuredClone(template.components).map((part) =>
      part["type"] === "BUTTONS"
        ? { ...part, buttons: [{ type: "FLOW", flow_action: "DATA_EXCHANGE" }] }
        : part,
    );
    expect(beyond({ ...template, components: asking })).toEqual(["FLOW DATA_EXCHANGE"]);
  });

  it("says what it would lose", () => {
    const parts = [
      { type: "HEADER", format: "GIF" },
      { type: "BODY", text: "Hola" },
      { type: "CALL_PERMISSION_REQUEST" },
    ];

    expect(beyond({ ...listed(EMPTY), components: parts })).toContain("CALL_PERMISSION_REQUEST");
  });
});

describe("an authentication template", () => {
  const code = {
    ...EMPTY.code,
    otp: "ONE_TAP" as const,
    button: "Copiar",
    autofill: "Rellenar",
    apps: [{ key: 1, name: "com.example.app", hash: "K8a/AINcG+7" }],
  };

  it("leaves its text to Meta", () => {
    const { components } = componentsOf({ ...ofKind(EMPTY, "CODE"), body: "Tu código" });

    expect(components[0]).toEqual({ type: "BODY", add_security_recommendation: true });
    expect(components.map((one) => one["type"])).toEqual(["BODY", "FOOTER", "BUTTONS"]);
  });

  it("is read back as it was handed in, and as Meta lists it: with its button as a link", () => {
    const draft = { ...ofKind(EMPTY, "CODE"), code };
    const query =
      "otp_type=ONE_TAP&cta_display_name=Rellenar&package_name=com.example.app&signature_hash=K8a/AINcG+7&code=otp{{1}}";
    const url = `https://www.whatsapp.com/otp/code/?${query}`;
    const components = [
      { type: "BODY", text: "Tu código de verificación es *{{1}}*.", add_security_recommendation: true },
      { type: "FOOTER", text: "Este código caduca en 10 minutos." },
      { type: "BUTTONS", buttons: [{ type: "URL", text: "Copiar", url }] },
    ];

    expect(draftOf(listed(draft)).code).toEqual(code);
    expect(draftOf({ ...listed(draft), components }).code).toEqual(code);
    expect(draftOf({ ...listed(draft), components }).kind).toBe("CODE");
    expect(beyond({ ...listed(draft), components })).toEqual([]);
  });
});

describe("what Meta's rules say", () => {
  it("stands at the field it is about", () => {
    const at = (path: string, draft = WRITTEN) =>
      [...placed([{ path }], componentsOf(draft), draft).at.keys()][0] ?? null;

    expect(at("name")).toBe("name");
    expect(at("components[1].text")).toBe("body");
    expect(at("components[1].example")).toBe("body.example");
    expect(at("components[3].buttons[1].url")).toBe("buttons.2.url");
    expect(at("components[3].buttons")).toBe("buttons");
    expect(at("message_send_ttl_seconds")).toBeNull();
    const moved = withCardMoved(carousel(), 2, -1);
    expect(at("components[1].cards[0].components[1].text", moved)).toBe("cards.2.body");
    expect(at("components[1].cards[0].components[2].buttons[0].url", moved)).toBe("cards.2.buttons.1.url");
    expect(at("components[1].cards[1].components", moved)).toBe("cards.1");
    expect(at("components[1].cards", moved)).toBe("cards");
    const code = ofKind(EMPTY, "CODE");
    expect(at("components[2].buttons[0].supported_apps", code)).toBe("code.apps");
    expect(at("components[2].buttons[0].otp_type", code)).toBe("code");
  });
});
