/** A message template: what it says, what has to be filled in, what is then sent, and how it will look. Pure. */

import { at, type Json, objectIn, objectsIn, textIn } from "./reading";

export type FieldKind = "text" | "image" | "video" | "document" | "location" | "code" | "expiry";

/** One thing to fill in. `id` is unique within the template. */
export interface Field {
  id: string;
  kind: FieldKind;
  where: "header" | "body" | "button";
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
  /** Kinds of components that this form cannot fill in; such a template cannot be sent from here. */
  beyond: string[];
}

export type Values = Readonly<Record<string, string>>;

const VARIABLE = /\{\{\s*([\w]+)\s*\}\}/g;
const FILES = ["IMAGE", "VIDEO", "DOCUMENT"];
const LONGEST_VALUE = 1024;
const LONGEST_CODE = 15;
const KNOWN = ["HEADER", "BODY", "FOOTER", "BUTTONS"];
const FILLABLE_BUTTONS = ["QUICK_REPLY", "PHONE_NUMBER", "URL", "COPY_CODE", "OTP", "VOICE_CALL"];

interface Parts {
  header: Json | null;
  body: Json | null;
  footer: Json | null;
  buttons: Json[];
  beyond: string[];
}

export function partsOf(components: unknown): Parts {
  const all = objectsIn(components);
  const of = (type: string) => all.find((part) => typeOf(part) === type) ?? null;
  const buttons = objectsIn(of("BUTTONS")?.["buttons"]);
  const beyond = [...all, ...buttons.map((button) => ({ type: `BUTTON ${typeOf(button)}` }))]
    .map((part) => typeOf(part))
    .filter((type) => !KNOWN.includes(type) && !FILLABLE_BUTTONS.some((known) => type === `BUTTON ${known}`));
  return { header: of("HEADER"), body: of("BODY"), footer: of("FOOTER"), buttons, beyond };
}

/** What has to be filled in, in the order in which it is read. */
export function fieldsOf(components: unknown): Field[] {
  const { header, body, buttons } = partsOf(components);
  const format = typeOf(header, "format");
  const fields: Field[] = [];
  if (FILES.includes(format)) {
    const kind = format.toLowerCase() as FieldKind;
    fields.push({ id: "header", kind, where: "header", variable: "", example: null, most: 0 });
  } else if (format === "LOCATION") {
    fields.push({ id: "header", kind: "location", where: "header", variable: "", example: null, most: 0 });
  } else {
    fields.push(...variableFields("header", header, "header_text"));
  }
  fields.push(...variableFields("body", body, "body_text"));
  for (const [index, button] of buttons.entries())
    fields.push(...buttonFields(button, index, isAuthentication(buttons)));
  return fields;
}

/** The variables of a text, each once, in the order of their first appearance. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] as string))];
}

export function filled(text: string, value: (variable: string) => string | undefined): string {
  return text.replace(VARIABLE, (whole, variable: string) => value(variable)?.trim() || whole);
}

/** What is sent beside the template's name, in Meta's shape. `files`: the id of the upload by its field's id. */
export function componentsFor(components: unknown, values: Values, files: Values = {}): Json[] {
  const fields = fieldsOf(components);
  const { buttons } = partsOf(components);
  const sent: Json[] = [];
  const header = fields.filter((field) => field.where === "header");
  const body = fields.filter((field) => field.where === "body");
  if (header.length > 0)
    sent.push({ type: "header", parameters: header.map((field) => headerParameter(field, values, files)) });
  if (body.length > 0)
    sent.push({ type: "body", parameters: body.map((field) => textParameter(field, values)) });
  for (const field of fields) {
    if (field.where !== "button") continue;
    const index = Number(field.id.split(":")[1]);
    sent.push(buttonComponent(index, buttons[index] ?? {}, (values[field.id] ?? "").trim()));
  }
  if (isAuthentication(buttons) && body.length > 0) {
    const code = (values[body[0]?.id ?? ""] ?? "").trim();
    sent.push({ type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: code }] });
  }
  return sent;
}

/** What is still missing: the ids of the fields. */
export function missingIn(fields: readonly Field[], values: Values, files: Values): string[] {
  return fields
    .filter((field) => {
      if (field.kind === "image" || field.kind === "video" || field.kind === "document")
        return !files[field.id];
      const value = (values[field.id] ?? "").trim();
      return field.kind === "location" ? !placeOf(value) : value === "" || value.length > field.most;
    })
    .map((field) => field.id);
}

export function previewOf(components: unknown, values: Values = {}): Preview {
  const { header, body, footer, buttons, beyond } = partsOf(components);
  const format = typeOf(header, "format");
  return {
    header:
      header === null
        ? null
        : { format: format || "TEXT", text: put("header", textIn(header["text"]), values) },
    body: put("body", textIn(body?.["text"]), values) ?? "",
    footer: textIn(footer?.["text"]),
    buttons: buttons.map((button, index) => ({
      type: typeOf(button),
      text: textIn(button["text"]) ?? "",
      url: filledUrl(textIn(button["url"]), values[`button:${index}`]),
      phone: textIn(button["phone_number"]),
      code: typeOf(button) === "COPY_CODE" || typeOf(button) === "OTP",
    })),
    beyond,
  };
}

/**
 * A template as it was sent: what its fields held, by their ids, read back from the message's payload.
 */
export function valuesSent(components: unknown, sent: readonly Json[]): Record<string, string> {
  const values: Record<string, string> = {};
  const fields = fieldsOf(components);
  for (const part of sent) {
    const type = textIn(part["type"]);
    const parameters = objectsIn(part["parameters"]);
    if (type === "button") {
      const text = textIn(parameters[0]?.["text"]) ?? textIn(parameters[0]?.["coupon_code"]);
      if (text !== null) values[`button:${textIn(part["index"])}`] = text;
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

function variableFields(where: "header" | "body", part: Json | null, exampleName: string): Field[] {
  const example = examplesOf(part, exampleName);
  return variablesIn(textIn(part?.["text"]) ?? "").map((variable) => ({
    id: `${where}:${variable}`,
    kind: "text" as const,
    where,
    variable,
    example: example(variable),
    most: where === "header" ? 60 : LONGEST_VALUE,
  }));
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

function buttonFields(button: Json, index: number, authentication: boolean): Field[] {
  const id = `button:${index}`;
  if (typeOf(button) === "COPY_CODE") {
    const example =
      textIn(button["example"]) ?? textIn(Array.isArray(button["example"]) ? button["example"][0] : null);
    return [{ id, kind: "code", where: "button", variable: "", example, most: LONGEST_CODE }];
  }
  const url = textIn(button["url"]);
  if (authentication || typeOf(button) !== "URL" || url === null || variablesIn(url).length === 0) return [];
  return [{ id, kind: "text", where: "button", variable: url, example: null, most: 2000 }];
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

function buttonComponent(index: number, button: Json, text: string): Json {
  const code = typeOf(button) === "COPY_CODE";
  return {
    type: "button",
    sub_type: code ? "copy_code" : "url",
    index: String(index),
    parameters: [code ? { type: "coupon_code", coupon_code: text } : { type: "text", text }],
  };
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
