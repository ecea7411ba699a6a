/** A message template: what it says, what has to be filled in, what is then sent, and how it will look. Pure. */

import { at, type Json, objectIn, objectsIn, textIn } from "./reading";

export type FieldKind = "text" | "image" | "video" | "document" | "location" | "code" | "expiry" | "products";

/** One thing to fill in. `id` is unique within the template. */
export interface Field {
  id: string;
  kind: FieldKind;
  where: "header" | "body" | "button" | "offer";
  /** Of a carousel: the card it is on, from 0. */
  card: number | null;
  /** The variable as it stands in the text: a number, or a name. */
  variable: string;
  /** What Meta was shown as an example when the template was approved. */
  example: string | null;
  most: number;
}

export type TemplateButton = {
  type: string;
  text: string;
  url: string | null;
  phone: string | null;
  code: boolean;
};

/** A template as it will look. A text keeps its `{{...}}` where nothing was filled in. */
export interface Preview {
  header: { format: string; text: string | null } | null;
  body: string;
  footer: string | null;
  buttons: TemplateButton[];
  /** A limited-time offer's words. */
  offer: string | null;
  cards: Preview[];
  /** Kinds of components that this form cannot fill in; such a template cannot be sent from here. */
  beyond: string[];
}

export type Values = Readonly<Record<string, string>>;

const VARIABLE = /\{\{\s*([\w]+)\s*\}\}/g;
const FILES = ["IMAGE", "VIDEO", "DOCUMENT"];
const LONGEST_VALUE = 1024;
const LONGEST_CODE = 20;
const LONGEST_PRODUCTS = 2000;
const KNOWN = ["HEADER", "BODY", "FOOTER", "BUTTONS", "LIMITED_TIME_OFFER", "CAROUSEL"];
const FILLABLE_BUTTONS = [
  "QUICK_REPLY",
  "PHONE_NUMBER",
  "URL",
  "COPY_CODE",
  "OTP",
  "VOICE_CALL",
  "FLOW",
  "CATALOG",
  "MPM",
  "REQUEST_CONTACT_INFO",
];
const NO_TOKEN = "unused"; // what Meta names a flow's token where nobody needs one

interface Parts {
  header: Json | null;
  body: Json | null;
  footer: Json | null;
  buttons: Json[];
  offer: Json | null;
  cards: unknown[];
  beyond: string[];
}

export function partsOf(components: unknown): Parts {
  const all = objectsIn(components);
  const of = (type: string) => all.find((part) => typeOf(part) === type) ?? null;
  const [header, buttons] = [of("HEADER"), objectsIn(of("BUTTONS")?.["buttons"])];
  const cards = objectsIn(of("CAROUSEL")?.["cards"]).map((card) => card["components"]);
  const odd = [
    ...all.map((part) => typeOf(part)).filter((type) => !KNOWN.includes(type)),
    ...buttons.map((button) => typeOf(button)).filter((type) => !FILLABLE_BUTTONS.includes(type)),
    ...(typeOf(header, "format") === "PRODUCT" ? ["PRODUCT"] : []),
    ...cards.flatMap((card) => partsOf(card).beyond),
  ];
  return {
    header,
    body: of("BODY"),
    footer: of("FOOTER"),
    buttons,
    offer: of("LIMITED_TIME_OFFER"),
    cards,
    beyond: [...new Set(odd)],
  };
}

/** What has to be filled in, in the order in which it is sent. `card`: of which card these are the components. */
export function fieldsOf(components: unknown, card: number | null = null): Field[] {
  const { header, body, buttons, offer, cards } = partsOf(components);
  const prefix = prefixOf(card);
  const format = typeOf(header, "format");
  const fields: Field[] = [];
  const one = (id: string, kind: FieldKind, where: Field["where"], most = 0): Field => ({
    ...{ id: `${prefix}${id}`, kind, where, card, most },
    ...{ variable: "", example: null },
  });
  if (FILES.includes(format)) fields.push(one("header", format.toLowerCase() as FieldKind, "header"));
  else if (format === "LOCATION") fields.push(one("header", "location", "header"));
  else fields.push(...variableFields("header", header, "header_text", card));
  if (objectIn(offer?.["limited_time_offer"])?.["has_expiration"])
    fields.push(one("offer", "expiry", "offer", 30));
  fields.push(...variableFields("body", body, "body_text", card));
  for (const [index, button] of buttons.entries())
    fields.push(...buttonFields(button, index, isAuthentication(buttons), card));
  for (const [place, inner] of cards.entries()) fields.push(...fieldsOf(inner, place));
  return fields;
}

function prefixOf(card: number | null): string {
  return card === null ? "" : `card:${card}:`;
}

/** The variables of a text, each once, in the order of their first appearance. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] as string))];
}

export function filled(text: string, value: (variable: string) => string | undefined): string {
  return text.replace(VARIABLE, (whole, variable: string) => value(variable)?.trim() || whole);
}

/** What is sent beside the template's name, in Meta's shape. `files`: the id of the upload by its field's id. */
export function componentsFor(
  components: unknown,
  values: Values,
  files: Values = {},
  card: number | null = null,
): Json[] {
  const fields = fieldsOf(components, card).filter((field) => field.card === card);
  const { buttons, cards } = partsOf(components);
  const sent: Json[] = [];
  const of = (where: Field["where"]) => fields.filter((field) => field.where === where);
  const [header, body, offer] = [of("header"), of("body"), of("offer")];
  const value = (field: Field | undefined) => (values[field?.id ?? ""] ?? "").trim();
  if (header.length > 0)
    sent.push({ type: "header", parameters: header.map((field) => headerParameter(field, values, files)) });
  if (offer.length > 0) sent.push(offerComponent(value(offer[0])));
  if (body.length > 0)
    sent.push({ type: "body", parameters: body.map((field) => textParameter(field, values)) });
  for (const [index, button] of buttons.entries()) {
    const field = fields.find((one) => one.id === `${prefixOf(card)}button:${index}`);
    const part = buttonComponent(index, button, field === undefined ? null : value(field));
    if (part !== null) sent.push(part);
  }
  if (isAuthentication(buttons) && body.length > 0) {
    const parameters = [{ type: "text", text: value(body[0]) }];
    sent.push({ type: "button", sub_type: "url", index: "0", parameters });
  }
  if (cards.length > 0)
    sent.push({
      type: "carousel",
      cards: cards.map((inner, place) => ({
        card_index: place,
        components: componentsFor(inner, values, files, place),
      })),
    });
  return sent;
}

/** What is still missing: the ids of the fields. */
export function missingIn(fields: readonly Field[], values: Values, files: Values): string[] {
  return fields
    .filter((field) => {
      if (field.kind === "image" || field.kind === "video" || field.kind === "document")
        return !files[field.id];
      const value = (values[field.id] ?? "").trim();
      if (field.kind === "expiry") return !(Date.parse(value) > Date.now());
      if (field.kind === "products") return productsIn(value).length === 0;
      return field.kind === "location" ? !placeOf(value) : value === "" || value.length > field.most;
    })
    .map((field) => field.id);
}

export function previewOf(components: unknown, values: Values = {}, card: number | null = null): Preview {
  const { header, body, footer, buttons, offer, cards, beyond } = partsOf(components);
  const format = typeOf(header, "format");
  const prefix = prefixOf(card);
  return {
    header:
      header === null
        ? null
        : { format: format || "TEXT", text: put(`${prefix}header`, textIn(header["text"]), values) },
    body: put(`${prefix}body`, textIn(body?.["text"]), values) ?? "",
    footer: textIn(footer?.["text"]),
    buttons: buttons.map((button, index) => ({
      type: typeOf(button),
      text: textIn(button["text"]) ?? "",
      url: filledUrl(textIn(button["url"]), values[`${prefix}button:${index}`]),
      phone: textIn(button["phone_number"]),
      code: typeOf(button) === "COPY_CODE" || typeOf(button) === "OTP",
    })),
    offer: textIn(objectIn(offer?.["limited_time_offer"])?.["text"]),
    cards: cards.map((inner, place) => previewOf(inner, values, place)),
    beyond,
  };
}

/**
 * A template as it was sent: what its fields held, by their ids, read back from the message's payload.
 */
export function valuesSent(
  components: unknown,
  sent: readonly Json[],
  card: number | null = null,
): Record<string, string> {
  const values: Record<string, string> = {};
  const fields = fieldsOf(components, card).filter((field) => field.card === card);
  const { cards } = partsOf(components);
  for (const part of sent) {
    const type = textIn(part["type"]);
    const parameters = objectsIn(part["parameters"]);
    if (type === "carousel") {
      for (const [place, one] of objectsIn(part["cards"]).entries())
        Object.assign(values, valuesSent(cards[place], objectsIn(one["components"]), place));
      continue;
    }
    if (type === "button") {
      const text = textIn(parameters[0]?.["text"]) ?? textIn(parameters[0]?.["coupon_code"]);
      if (text !== null) values[`${prefixOf(card)}button:${textIn(part["index"])}`] = text;
      continue;
    }
    const those = fields.filter((field) => field.where === type && field.kind === "text");
    for (const [place, parameter] of parameters.entries()) {
      const name = textIn(parameter["parameter_name"]);
      const field = name === null ? those[place] : those.find((one) => one.variable === name);
      const text = wordsOf(parameter);
      if (field !== undefined && text !== null) values[field.id] = text;
    }
  }
  return values;
}

/** The words of a parameter of any type: text, an amount, a date. */
export function wordsOf(parameter: Json): string | null {
  return (
    textIn(parameter["text"]) ??
    textIn(at(parameter, "currency", "fallback_value")) ??
    textIn(at(parameter, "date_time", "fallback_value"))
  );
}

/** "40.4168, -3.7038 Sol" as a place, null where it is none. */
export function placeOf(value: string): { latitude: number; longitude: number; name: string } | null {
  const match = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s+(\S.*)$/.exec(value);
  if (match === null) return null;
  const [latitude, longitude] = [Number(match[1]), Number(match[2])];
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return { latitude, longitude, name: (match[3] ?? "").trim() };
}

/** "apple, pear" as the names of products. */
export function productsIn(value: string): string[] {
  return [...new Set(value.split(/[\s,;]+/).filter(Boolean))].slice(0, 30);
}

function variableFields(
  where: "header" | "body",
  part: Json | null,
  exampleName: string,
  card: number | null,
): Field[] {
  const example = examplesOf(part, exampleName);
  return inOrder(variablesIn(textIn(part?.["text"]) ?? "")).map((variable) => ({
    id: `${prefixOf(card)}${where}:${variable}`,
    kind: "text" as const,
    where,
    card,
    variable,
    example: example(variable),
    most: where === "header" ? 60 : LONGEST_VALUE,
  }));
}

/** What is given in order goes by the numbers, however the sentence has them; names stay as they are read. */
function inOrder(variables: readonly string[]): string[] {
  const numbered = variables.every((variable) => /^\d+$/.test(variable));
  return numbered ? [...variables].sort((one, other) => Number(one) - Number(other)) : [...variables];
}

/** Examples by the variable's name where they have names, else by its number, which counts from 1. */
function examplesOf(part: Json | null, name: string): (variable: string) => string | null {
  const example = objectIn(part?.["example"]);
  const named = objectsIn(example?.[`${name}_named_params`]);
  const given = example?.[name];
  const row: unknown[] = Array.isArray(given) ? (Array.isArray(given[0]) ? given[0] : given) : [];
  return (variable) => {
    const found = named.find((one) => one["param_name"] === variable);
    return textIn(found?.["example"]) ?? textIn(row[Number(variable) - 1]);
  };
}

function buttonFields(button: Json, index: number, authentication: boolean, card: number | null): Field[] {
  const field = { id: `${prefixOf(card)}button:${index}`, where: "button" as const, card };
  if (typeOf(button) === "COPY_CODE") {
    const example =
      textIn(button["example"]) ?? textIn(Array.isArray(button["example"]) ? button["example"][0] : null);
    return [{ ...field, kind: "code", variable: "", example, most: LONGEST_CODE }];
  }
  if (typeOf(button) === "MPM")
    return [{ ...field, kind: "products", variable: "", example: null, most: LONGEST_PRODUCTS }];
  const url = textIn(button["url"]);
  if (authentication || typeOf(button) !== "URL" || url === null || variablesIn(url).length === 0) return [];
  return [{ ...field, kind: "text", variable: url, example: null, most: 2000 }];
}

/** Its code is given once, in the body, and repeated for its button as Meta wants it. */
function isAuthentication(buttons: readonly Json[]): boolean {
  return buttons.some(
    (button) => typeOf(button) === "OTP" || (textIn(button["url"]) ?? "").includes("otp_type"),
  );
}

function headerParameter(field: Field, values: Values, files: Values): Json {
  if (field.kind === "text") return textParameter(field, values);
  if (field.kind === "location") {
    const place = placeOf(values[field.id] ?? "");
    return { type: "location", location: { ...place, address: place?.name ?? "" } };
  }
  return { type: field.kind, [field.kind]: { id: files[field.id] ?? "" } };
}

function textParameter(field: Field, values: Values): Json {
  const text = (values[field.id] ?? "").trim();
  const isNamed = !/^\d+$/.test(field.variable);
  return isNamed ? { type: "text", parameter_name: field.variable, text } : { type: "text", text };
}

/** null: Meta wants nothing for this button. */
function buttonComponent(index: number, button: Json, value: string | null): Json | null {
  const part = (sub_type: string, parameter: Json): Json => ({
    type: "button",
    sub_type,
    index: String(index),
    parameters: [parameter],
  });
  const type = typeOf(button);
  if (type === "FLOW") return part("flow", { type: "action", action: { flow_token: NO_TOKEN } });
  if (value === null) return null;
  if (type === "COPY_CODE") return part("copy_code", { type: "coupon_code", coupon_code: value });
  if (type === "MPM") {
    const items = productsIn(value).map((product_retailer_id) => ({ product_retailer_id }));
    const sections = [{ title: (textIn(button["text"]) ?? "").slice(0, 24) || "·", product_items: items }];
    const thumbnail = items[0]?.product_retailer_id;
    return part("mpm", { type: "action", action: { thumbnail_product_retailer_id: thumbnail, sections } });
  }
  return part("url", { type: "text", text: value });
}

function offerComponent(until: string): Json {
  const limited_time_offer = { expiration_time_ms: Date.parse(until) };
  return { type: "limited_time_offer", parameters: [{ type: "limited_time_offer", limited_time_offer }] };
}

function put(where: string, text: string | null, values: Values): string | null {
  return text === null ? null : filled(text, (variable) => values[`${where}:${variable}`]);
}

function filledUrl(url: string | null, value: string | undefined): string | null {
  return url === null ? null : filled(url, () => value);
}

function typeOf(part: Json | null, member = "type"): string {
  return (textIn(part?.[member]) ?? "").toUpperCase();
}
