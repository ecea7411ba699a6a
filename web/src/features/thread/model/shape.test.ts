import { describe, expect, it } from "vitest";
import { messageOf, uuid } from "@/shared/store/testing";
import type { Message } from "@/shared/store/types";
import { addressLine, shapeOf, totalOf, workOf } from "./shape";
import { summaryOf } from "./summary";
import { vcardOf } from "./vcard";

const inbound = (type: string, content: object, more: Partial<Message> = {}) =>
  messageOf(1, uuid(1), { type, text: null, content: content as Message["content"] & object, ...more });
const outbound = (payload: { type: string; [member: string]: unknown }, text: string | null = null) =>
  messageOf(1, uuid(1), { direction: "outbound", status: "sent", type: payload.type, payload, text });

describe("the shape of a message", () => {
  it("is the same whoever sent it", () => {
    const place = { latitude: 40.4, longitude: -3.7, name: "Sol" };
    const theirs = shapeOf(inbound("location", { kind: "location", ...place }));
    expect(shapeOf(outbound({ type: "location", location: place }))).toEqual(theirs);
  });

  it("is a deleted message once it was taken back, whatever it said", () => {
    expect(
      shapeOf(inbound("text", { kind: "text", body: "x" }, { revoked_at: "2026-11-20T12:00:00Z" })).kind,
    ).toBe("revoked");
  });

  it("is what is known where the content is not here", () => {
    expect(shapeOf(messageOf(1, uuid(1), { text: "hola" }))).toEqual({ kind: "text", body: "hola" });
    expect(shapeOf(messageOf(1, uuid(1), { type: "image", text: null }))).toMatchObject({
      kind: "file",
      file: "image",
    });
    expect(shapeOf(messageOf(1, uuid(1), { type: "hologram", text: null }))).toEqual({
      kind: "other",
      type: "hologram",
      text: null,
    });
  });

  it.each([
    { kind: "location", latitude: "x", longitude: null },
    { kind: "contacts", cards: "none" },
    { kind: "order", lines: [null, 3, { quantity: {} }] },
    { kind: "flow_reply", answers: [1, 2] },
    { kind: 7 },
    {},
  ])("is read without failing out of %j", (content) => {
    const message = inbound("contacts", content);
    expect(() => summaryOf(message)).not.toThrow();
  });

  it("has all of a contact card, whoever sent it, and so has the file that is saved of it", () => {
    const address = {
      street: "Calle Mayor 1",
      city: "Madrid",
      zip: "28013",
      country: "España",
      type: "WORK",
    };
    const theirs = shapeOf(
      inbound("contacts", {
        kind: "contacts",
        cards: [
          {
            name: "Ana Ruiz",
            urls: ["https://example.com"],
            addresses: [address],
            organization: "Obrador",
            department: "Ventas",
            title: "Encargada",
          },
        ],
      }),
    );
    const ours = shapeOf(
      outbound({
        type: "contacts",
        contacts: [
          {
            name: { formatted_name: "Ana Ruiz" },
            urls: [{ url: "https://example.com" }],
            addresses: [address],
            org: { company: "Obrador", department: "Ventas", title: "Encargada" },
          },
        ],
      }),
    );

    expect(ours).toEqual(theirs);
    const card = theirs.kind === "contacts" ? theirs.cards[0] : undefined;
    if (card === undefined) throw new Error("there is no card");
    expect(card.addresses.map(addressLine)).toEqual(["Calle Mayor 1, 28013 Madrid, España"]);
    expect(workOf(card)).toBe("Encargada, Ventas, Obrador");
    const file = vcardOf(card).split("\r\n");
    expect(file).toContain("ADR;TYPE=WORK:;;Calle Mayor 1;Madrid;;28013;España");
    expect(file).toContain("URL:https://example.com");
    expect(file).toContain("ORG:Obrador;Ventas");
    expect(file).toContain("TITLE:Encargada");
  });

  it("keeps what was asked of a person in a flow, without its technical members", () => {
    const shape = shapeOf(
      inbound("interactive", { kind: "flow_reply", answers: { nombre: "Lucía", flow_token: "x", hijos: 2 } }),
    );
    expect(shape).toMatchObject({
      answers: [
        ["nombre", "Lucía"],
        ["hijos", "2"],
      ],
    });
  });

  it("adds an order up, unless its lines are of several currencies or without a price", () => {
    const line = { product: "a", quantity: 2, price: 9.5, currency: "EUR" };
    expect(totalOf([line, { ...line, quantity: null }])).toEqual({ amount: 28.5, currency: "EUR" });
    expect(totalOf([line, { ...line, currency: "USD" }])).toBeNull();
    expect(totalOf([line, { ...line, price: null }])).toBeNull();
    expect(totalOf([])).toBeNull();
  });
});
