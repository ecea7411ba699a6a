/**
 * What a message is to be drawn as, whoever sent it. Inbound ones come typed (`content`), outbound and echoed ones in Meta's shape
 * (`payload`); here both become one union, so that a bubble is written once. Pure.
 */

import type { Message } from "@/shared/store/types";
import { at, type Json, numberIn, objectIn, objectsIn, textIn, textsIn } from "@/shared/whatsapp/reading";
import { interactiveOf, type SentInteractive } from "./interactive";

export const FILE_KINDS = ["image", "video", "audio", "document", "sticker"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export interface Place {
  latitude: number;
  longitude: number;
  name: string | null;
  address: string | null;
  url: string | null;
}

export interface Address {
  street: string | null;
  city: string | null;
  state: string | null;
  zip: string | null;
  country: string | null;
  type: string | null;
}

export interface Card {
  name: string | null;
  phones: { phone: string | null; type: string | null; wa_id: string | null }[];
  emails: string[];
  urls: string[];
  addresses: Address[];
  organization: string | null;
  department: string | null;
  /** What the person is there. */
  title: string | null;
  birthday: string | null;
  /** The person gave it because we had asked. */
  asked: boolean;
}

export interface OrderLine {
  product: string;
  quantity: number | null;
  price: number | null;
  currency: string | null;
}

export type Shape =
  | { kind: "text"; body: string }
  | {
      kind: "file";
      file: FileKind;
      voice: boolean;
      caption: string | null;
      filename: string | null;
      mime: string | null;
      link: string | null;
    }
  | { kind: "location"; place: Place }
  | { kind: "contacts"; cards: Card[] }
  | { kind: "reply"; of: "button" | "list"; title: string; description: string | null }
  | {
      kind: "flow_reply";
      name: string | null;
      body: string | null;
      answers: [string, string][];
      raw: string | null;
    }
  | { kind: "order"; lines: OrderLine[]; text: string | null }
  | { kind: "interactive"; sent: SentInteractive }
  | { kind: "template"; name: string; language: string; components: Json[] }
  | { kind: "reaction"; emoji: string }
  | { kind: "call_permission"; granted: boolean; permanent: boolean; expiresAt: number | null }
  | { kind: "call"; missed: boolean; seconds: number | null }
  | { kind: "system"; event: string | null; body: string | null }
  | { kind: "unsupported"; what: string | null; code: number | null; reason: string | null }
  | { kind: "welcome" }
  | { kind: "revoked" }
  | { kind: "other"; type: string; text: string | null };

/** Messages are replaced, never changed: what was read of one stays true. */
const known = new WeakMap<Message, Shape>();

export function shapeOf(message: Message): Shape {
  const before = known.get(message);
  if (before !== undefined) return before;
  const shape = read(message);
  known.set(message, shape);
  return shape;
}

function read(message: Message): Shape {
  if (message.revoked_at !== undefined) return { kind: "revoked" };
  const told = objectIn(message.content);
  const shape = told !== null ? ofContent(told, message) : ofPayload(objectIn(message.payload), message);
  return shape ?? fallback(message);
}

/** Those that stand in the middle of the thread, without a bubble: nobody wrote them. */
export function isSystemLine(shape: Shape): boolean {
  return (
    shape.kind === "system" ||
    shape.kind === "welcome" ||
    shape.kind === "call_permission" ||
    shape.kind === "call"
  );
}

/** What is known where the content is not (yet): the words, or the type alone. */
function fallback(message: Message): Shape {
  const file = fileKindOf(message.type);
  if (file !== null) return fileShape(file, message, null);
  if (message.text !== null) return { kind: "text", body: message.text };
  return { kind: "other", type: message.type, text: null };
}

export function fileKindOf(type: string): FileKind | null {
  if (type === "voice") return "audio";
  return FILE_KINDS.find((kind) => kind === type) ?? null;
}

function ofContent(content: Json, message: Message): Shape | null {
  switch (content["kind"]) {
    case "text": {
      const body = textIn(content["body"]);
      return body === null ? null : { kind: "text", body };
    }
    case "media": {
      const file = fileKindOf(message.type);
      return file === null ? null : fileShape(file, message, content);
    }
    case "location":
      return placeShape(content);
    case "contacts":
      return { kind: "contacts", cards: objectsIn(content["cards"]).map(cardTold) };
    case "reply":
      return {
        kind: "reply",
        of: content["of"] === "list_reply" ? "list" : "button",
        title: textIn(content["title"]) ?? "",
        description: textIn(content["description"]),
      };
    case "button":
      return { kind: "reply", of: "button", title: textIn(content["text"]) ?? "", description: null };
    case "flow_reply":
      return {
        kind: "flow_reply",
        name: textIn(content["name"]),
        body: textIn(content["body"]),
        answers: answersIn(objectIn(content["answers"])),
        raw: textIn(content["raw"]),
      };
    case "order":
      return {
        kind: "order",
        lines: objectsIn(content["lines"]).map(orderLine),
        text: textIn(content["text"]),
      };
    case "call_permission":
      return {
        kind: "call_permission",
        granted: content["response"] === "accept",
        permanent: content["permanent"] === true,
        expiresAt: numberIn(content["expires_at"]),
      };
    case "system":
      return { kind: "system", event: textIn(content["event"]), body: textIn(content["body"]) };
    case "unsupported":
      return {
        kind: "unsupported",
        what: textIn(content["what"]),
        code: numberIn(content["code"]),
        reason: textIn(content["reason"]),
      };
    case "request_welcome":
      return { kind: "welcome" };
    case "other":
      return { kind: "other", type: textIn(content["type"]) ?? message.type, text: message.text };
    default:
      return null;
  }
}

function ofPayload(payload: Json | null, message: Message): Shape | null {
  if (payload === null) return null;
  const file = fileKindOf(message.type);
  const part = objectIn(payload[message.type]);
  if (file !== null) return fileShape(file, message, part);
  switch (message.type) {
    case "text": {
      const body = textIn(at(payload, "text", "body")) ?? message.text;
      return body === null ? null : { kind: "text", body };
    }
    case "location":
      return part === null ? null : placeShape(part);
    case "contacts":
      return { kind: "contacts", cards: objectsIn(payload["contacts"]).map(cardSent) };
    case "interactive": {
      const sent = part === null ? null : interactiveOf(part);
      return sent === null ? null : { kind: "interactive", sent };
    }
    case "template":
      return part === null ? null : templateShape(part);
    case "reaction":
      return { kind: "reaction", emoji: textIn(at(part, "emoji")) ?? "" };
    case "call":
    case "voice_call":
      return { kind: "call", missed: part?.["status"] === "missed", seconds: numberIn(part?.["duration"]) };
    default:
      return null;
  }
}

function fileShape(file: FileKind, message: Message, told: Json | null): Shape {
  return {
    kind: "file",
    file,
    voice: message.type === "voice" || told?.["voice"] === true || message.media?.voice === true,
    caption: textIn(told?.["caption"]),
    filename: message.media?.filename ?? textIn(told?.["filename"]),
    mime: message.media?.mime_type ?? textIn(told?.["mime_type"]),
    link: textIn(told?.["link"]),
  };
}

function placeShape(told: Json): Shape | null {
  const latitude = numberIn(told["latitude"]);
  const longitude = numberIn(told["longitude"]);
  if (latitude === null || longitude === null) return null;
  const [name, address, url] = [textIn(told["name"]), textIn(told["address"]), textIn(told["url"])];
  return { kind: "location", place: { latitude, longitude, name, address, url } };
}

function cardTold(card: Json): Card {
  return {
    name: textIn(card["name"]),
    phones: objectsIn(card["phones"]).map(phoneIn),
    emails: textsIn(card["emails"]),
    urls: textsIn(card["urls"]),
    addresses: objectsIn(card["addresses"]).map(addressIn),
    organization: textIn(card["organization"]),
    department: textIn(card["department"]),
    title: textIn(card["title"]),
    birthday: textIn(card["birthday"]),
    asked: card["origin"] === "contact_request",
  };
}

function cardSent(card: Json): Card {
  return {
    name: textIn(at(card, "name", "formatted_name")) ?? textIn(at(card, "name", "first_name")),
    phones: objectsIn(card["phones"]).map(phoneIn),
    emails: objectsIn(card["emails"]).flatMap((one) => textIn(one["email"]) ?? []),
    urls: objectsIn(card["urls"]).flatMap((one) => textIn(one["url"]) ?? []),
    addresses: objectsIn(card["addresses"]).map(addressIn),
    organization: textIn(at(card, "org", "company")),
    department: textIn(at(card, "org", "department")),
    title: textIn(at(card, "org", "title")),
    birthday: textIn(card["birthday"]),
    asked: false,
  };
}

function phoneIn(one: Json): Card["phones"][number] {
  return { phone: textIn(one["phone"]), type: textIn(one["type"]), wa_id: textIn(one["wa_id"]) };
}

function addressIn(one: Json): Address {
  return {
    street: textIn(one["street"]),
    city: textIn(one["city"]),
    state: textIn(one["state"]),
    zip: textIn(one["zip"]),
    country: textIn(one["country"]) ?? textIn(one["country_code"]),
    type: textIn(one["type"]),
  };
}

/** An address as it is written on one line. */
export function addressLine({ street, city, state, zip, country }: Address): string {
  const place = [zip, city].filter(Boolean).join(" ");
  return [street, place, state, country].filter(Boolean).join(", ");
}

/** Where somebody works, and as what. */
export function workOf({ title, department, organization }: Card): string {
  return [title, department, organization].filter(Boolean).join(", ");
}

function orderLine(line: Json): OrderLine {
  return {
    product: textIn(line["product_retailer_id"]) ?? "",
    quantity: numberIn(line["quantity"]),
    price: numberIn(line["item_price"]),
    currency: textIn(line["currency"]),
  };
}

function templateShape(template: Json): Shape | null {
  const name = textIn(template["name"]);
  if (name === null) return null;
  return {
    kind: "template",
    name,
    language: textIn(at(template, "language", "code")) ?? "",
    components: objectsIn(template["components"]),
  };
}

/** What was answered in a flow, for people: its technical members are left out. */
function answersIn(answers: Json | null): [string, string][] {
  if (answers === null) return [];
  return Object.entries(answers)
    .filter(([name]) => name !== "flow_token")
    .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
}

/** What an order comes to; null where its lines do not say, or in several currencies. */
export function totalOf(lines: readonly OrderLine[]): { amount: number; currency: string } | null {
  const currency = lines[0]?.currency;
  if (!currency || lines.some((line) => line.currency !== currency || line.price === null)) return null;
  return { amount: lines.reduce((sum, line) => sum + (line.price ?? 0) * (line.quantity ?? 1), 0), currency };
}
