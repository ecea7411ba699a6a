/** A template of Meta's as a draft to edit, and as it looks. Pure. */

import {
  type ButtonDraft,
  type Category,
  type Draft,
  EMPTY,
  FILES,
  filled,
  type HeaderKind,
  type Part,
} from "./draft";

/** A template as it looks on the phone. */
export interface Look {
  header: { format: string; text: string } | null;
  body: string;
  footer: string;
  offer: string;
  buttons: { type: string; text: string; detail: string }[];
  cards: Look[];
}

const KNOWN = new Set(["HEADER", "BODY", "FOOTER", "BUTTONS"]);
const BUTTONS = new Set(["QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE"]);

export function partsIn(value: unknown): Part[] {
  return Array.isArray(value)
    ? value.filter((one): one is Part => typeof one === "object" && one !== null)
    : [];
}

export function typeOf(part: Part | undefined, member = "type"): string {
  return textOf(part?.[member]).toUpperCase();
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function recordOf(value: unknown): Part {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

/** What of a template the editor cannot show: such a template is read here, and changed through the API. */
export function beyond(components: unknown): string[] {
  const parts = partsIn(components);
  const odd = parts.map((part) => typeOf(part)).filter((type) => !KNOWN.has(type));
  const header = typeOf(
    parts.find((part) => typeOf(part) === "HEADER"),
    "format",
  );
  if (["PRODUCT", "GIF"].includes(header)) odd.push(header);
  const buttons = partsIn(parts.find((part) => typeOf(part) === "BUTTONS")?.["buttons"]);
  return [...odd, ...buttons.map((button) => typeOf(button)).filter((type) => !BUTTONS.has(type))];
}

/** The draft that a template was written as; a sample file of Meta's is not ours to hand in again, so it is missing. */
export function draftOf(template: {
  waba_id: string;
  name: string;
  language: string;
  category: string | null;
  components: unknown;
}): Draft {
  const parts = partsIn(template.components);
  const of = (type: string) => parts.find((part) => typeOf(part) === type);
  const [header, body] = [of("HEADER"), of("BODY")];
  const kind = (header ? typeOf(header, "format") || "TEXT" : "NONE") as HeaderKind;
  return {
    ...EMPTY,
    wabaId: template.waba_id,
    name: template.name,
    language: template.language,
    category: (template.category ?? "UTILITY") as Category,
    header: {
      kind,
      text: textOf(header?.["text"]),
      example: Object.values(examplesOf(header, "header_text"))[0] ?? "",
      handle: "",
      filename: "",
    },
    body: textOf(body?.["text"]),
    examples: examplesOf(body, "body_text"),
    footer: textOf(of("FOOTER")?.["text"]),
    buttons: partsIn(of("BUTTONS")?.["buttons"]).map(buttonOf),
  };
}

function buttonOf(button: Part, index: number): ButtonDraft {
  const example = button["example"];
  return {
    key: index + 1,
    type: typeOf(button) as ButtonDraft["type"],
    text: textOf(button["text"]),
    url: textOf(button["url"]),
    phone: textOf(button["phone_number"]),
    example: textOf(Array.isArray(example) ? example[0] : example),
  };
}

function examplesOf(part: Part | undefined, key: string): Record<string, string> {
  const example = recordOf(part?.["example"]);
  const named = partsIn(example[`${key}_named_params`]);
  if (named.length > 0)
    return Object.fromEntries(named.map((one) => [textOf(one["param_name"]), textOf(one["example"])]));
  const given = example[key];
  const row: unknown[] = Array.isArray(given) ? (Array.isArray(given[0]) ? given[0] : given) : [];
  return Object.fromEntries(row.map((one, index) => [String(index + 1), textOf(one)]));
}

/** How a template looks with its examples in its variables. */
export function lookOf(components: unknown): Look {
  const parts = partsIn(components);
  const of = (type: string) => parts.find((part) => typeOf(part) === type);
  const [header, body] = [of("HEADER"), of("BODY")];
  const texts = examplesOf(body, "body_text");
  const [title = ""] = Object.values(examplesOf(header, "header_text"));
  return {
    header: header
      ? { format: typeOf(header, "format") || "TEXT", text: filled(textOf(header["text"]), () => title) }
      : null,
    body: filled(textOf(body?.["text"]), (name) => texts[name]),
    footer: textOf(of("FOOTER")?.["text"]),
    offer: textOf(recordOf(of("LIMITED_TIME_OFFER")?.["limited_time_offer"])["text"]),
    buttons: partsIn(of("BUTTONS")?.["buttons"]).map((button) => ({
      type: typeOf(button),
      text: textOf(button["text"]),
      detail: textOf(button["url"]) || textOf(button["phone_number"]),
    })),
    cards: partsIn(of("CAROUSEL")?.["cards"]).map((card) => lookOf(card["components"])),
  };
}

export function isFile(format: string): boolean {
  return FILES.some((kind) => kind === format) || format === "GIF";
}
