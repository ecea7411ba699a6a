import { describe, expect, it } from "vitest";
import { componentsFor, fieldsOf, missingIn, placeOf, previewOf, valuesSent } from "./templates";

const OFFER = [
  { type: "HEADER", format: "IMAGE", example: { header_handle: ["https://x"] } },
  {
    type: "BODY",
    text: "Hola {{1}}, tu pedido {{2}} sale hoy, {{1}}.",
    example: { body_text: [["Lucía", "1042"]] },
  },
  { type: "FOOTER", text: "Clínica Demo" },
  {
    type: "BUTTONS",
    buttons: [
      { type: "QUICK_REPLY", text: "No más ofertas" },
      { type: "URL", text: "Ver", url: "https://example.com/o/{{1}}" },
      { type: "COPY_CODE", text: "Copiar código", example: "VERANO" },
    ],
  },
];
const NAMED = [
  {
    type: "BODY",
    text: "Hola {{nombre}}.",
    example: { body_text_named_params: [{ param_name: "nombre", example: "Ana" }] },
  },
];
const CODE = [
  { type: "BODY", text: "{{1}} es tu código." },
  { type: "BUTTONS", buttons: [{ type: "OTP", text: "Copiar" }] },
];

const text = (said: string) => ({ type: "text", text: said });

describe("a template", () => {
  it("asks for each variable once, with Meta's example", () => {
    expect(fieldsOf(OFFER).map(({ id, kind, example }) => [id, kind, example])).toEqual([
      ["header", "image", null],
      ["body:1", "text", "Lucía"],
      ["body:2", "text", "1042"],
      ["button:1", "text", null],
      ["button:2", "code", "VERANO"],
    ]);
  });

  it("is sent as Meta wants it", () => {
    const values = { "body:1": " Lucía ", "body:2": "1042", "button:1": "abc", "button:2": "OTONO" };
    expect(componentsFor(OFFER, values, { header: "media-1" })).toEqual([
      { type: "header", parameters: [{ type: "image", image: { id: "media-1" } }] },
      {
        type: "body",
        parameters: [
          { type: "text", text: "Lucía" },
          { type: "text", text: "1042" },
        ],
      },
      { type: "button", sub_type: "url", index: "1", parameters: [{ type: "text", text: "abc" }] },
      {
        type: "button",
        sub_type: "copy_code",
        index: "2",
        parameters: [{ type: "coupon_code", coupon_code: "OTONO" }],
      },
    ]);
  });

  it("names its parameters where its variables have names", () => {
    expect(fieldsOf(NAMED)[0]?.example).toBe("Ana");
    expect(componentsFor(NAMED, { "body:nombre": "Luz" })).toEqual([
      { type: "body", parameters: [{ type: "text", parameter_name: "nombre", text: "Luz" }] },
    ]);
  });

  it("sends what goes by number in the order of the numbers, however the sentence has them", () => {
    const values = { "body:1": "Ana", "body:2": "Luz", "body:10": "ten" };
    const turned = [{ type: "BODY", text: "Hola {{2}}, te espera {{1}} mañana a las {{10}}." }];
    const sent = componentsFor(turned, values);
    expect(sent).toEqual([{ type: "body", parameters: ["Ana", "Luz", "ten"].map(text) }]);
    expect(valuesSent(turned, sent)).toEqual(values);
    expect(previewOf(turned, valuesSent(turned, sent)).body).toBe(
      "Hola Luz, te espera Ana mañana a las ten.",
    );
  });

  it("of an authentication carries its code twice", () => {
    expect(componentsFor(CODE, { "body:1": "123456" })).toEqual([
      { type: "body", parameters: [{ type: "text", text: "123456" }] },
      { type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: "123456" }] },
    ]);
  });

  it("with nothing to fill in is sent without components", () => {
    expect(componentsFor([{ type: "BODY", text: "Hola" }], {})).toEqual([]);
  });

  it("is not sent before everything is filled in", () => {
    const fields = fieldsOf(OFFER);
    expect(
      missingIn(fields, { "body:1": "a", "body:2": "  ", "button:1": "b", "button:2": "c" }, {}),
    ).toEqual(["header", "body:2"]);
    expect(
      missingIn(fields, { "body:1": "a", "body:2": "b", "button:1": "b", "button:2": "c" }, { header: "m" }),
    ).toEqual([]);
  });

  it("shows how it will look, and what is still open", () => {
    const preview = previewOf(OFFER, { "body:1": "Lucía", "button:1": "abc" });
    expect(preview.body).toBe("Hola Lucía, tu pedido {{2}} sale hoy, Lucía.");
    expect(preview.buttons.map((button) => button.url)).toEqual([null, "https://example.com/o/abc", null]);
  });

  it("says what it holds beyond this form", () => {
    expect(
      previewOf([
        { type: "BODY", text: "x" },
        { type: "HEADER", format: "PRODUCT" },
      ]).beyond,
    ).toEqual(["PRODUCT"]);
    expect(
      previewOf([
        { type: "BODY", text: "x" },
        { type: "BUTTONS", buttons: [{ type: "SPM", text: "y" }] },
      ]).beyond,
    ).toEqual(["SPM"]);
  });

  it("that was sent reads as it was filled in", () => {
    const values = { "body:1": "Lucía", "body:2": "1042", "button:1": "abc", "button:2": "OTONO" };
    const sent = componentsFor(OFFER, values, { header: "m" });
    expect(valuesSent(OFFER, sent)).toEqual(values);
    expect(previewOf(OFFER, valuesSent(OFFER, sent)).body).toBe(
      "Hola Lucía, tu pedido 1042 sale hoy, Lucía.",
    );
  });

  it.each([null, "x", [null, 3], [{ type: "BODY" }], [{ type: "BUTTONS", buttons: "none" }]])(
    "is read without failing out of %j",
    (components) => {
      expect(() => previewOf(components)).not.toThrow();
      expect(() => fieldsOf(components)).not.toThrow();
    },
  );

  it("knows a place by its coordinates and a name", () => {
    expect(placeOf("40.4168, -3.7038 Puerta del Sol")).toEqual({
      latitude: 40.4168,
      longitude: -3.7038,
      name: "Puerta del Sol",
    });
    expect(placeOf("95, 10 x")).toBeNull();
    expect(placeOf("Puerta del Sol")).toBeNull();
  });
});

const TRIP = [
  { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Ends soon", has_expiration: true } },
  { type: "BODY", text: "A quarter off." },
  {
    type: "BUTTONS",
    buttons: [
      { type: "FLOW", text: "Book" },
      { type: "MPM", text: "See them" },
      { type: "CATALOG", text: "All" },
    ],
  },
];
const CARD = [
  { type: "HEADER", format: "IMAGE" },
  { type: "BODY", text: "For {{1}} euros." },
  { type: "BUTTONS", buttons: [{ type: "URL", text: "See", url: "https://example.org/{{1}}" }] },
];
const CARDS = [
  { type: "BODY", text: "Fruit of the season." },
  { type: "CAROUSEL", cards: [{ components: CARD }, { components: CARD }] },
];

describe("offers, flows, catalogues and carousels", () => {
  it("are filled in like the rest", () => {
    expect(fieldsOf(TRIP).map(({ id, kind }) => [id, kind])).toEqual([
      ["offer", "expiry"],
      ["button:1", "products"],
    ]);
    expect(previewOf(TRIP).beyond).toEqual([]);
    const values = { offer: "2030-01-01T10:00:00Z", "button:1": "apple, pear apple" };
    const sent = componentsFor(TRIP, values);
    expect(sent.map((part) => [part["type"], part["sub_type"]])).toEqual([
      ["limited_time_offer", undefined],
      ["button", "flow"],
      ["button", "mpm"],
    ]);
    const items = [{ product_retailer_id: "apple" }, { product_retailer_id: "pear" }];
    expect(sent[2]?.["parameters"]).toEqual([
      {
        type: "action",
        action: {
          thumbnail_product_retailer_id: "apple",
          sections: [{ title: "See them", product_items: items }],
        },
      },
    ]);
    expect(missingIn(fieldsOf(TRIP), { ...values, offer: "2020-01-01T10:00" }, {})).toEqual(["offer"]);
  });

  it("have values of their own on each card, also when they are read back", () => {
    const ids = ["card:0:header", "card:0:body:1", "card:0:button:0"];
    expect(fieldsOf(CARDS).map((field) => field.id)).toEqual([
      ...ids,
      ...ids.map((id) => id.replace(":0:", ":1:")),
    ]);
    const values = {
      "card:0:body:1": "3",
      "card:0:button:0": "apple",
      "card:1:body:1": "4",
      "card:1:button:0": "pear",
    };
    const sent = componentsFor(CARDS, values, { "card:0:header": "m1", "card:1:header": "m2" });

    expect(sent).toHaveLength(1);
    expect(valuesSent(CARDS, sent)).toEqual(values);
    expect(previewOf(CARDS, values).cards.map((card) => card.body)).toEqual(["For 3 euros.", "For 4 euros."]);
  });
});
