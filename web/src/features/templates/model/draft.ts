/** A template as it is written: its parts as fields, and the same in the shape of Meta's API. Pure. */

export type Category = "UTILITY" | "MARKETING" | "AUTHENTICATION";
export type HeaderKind = "NONE" | "TEXT" | "IMAGE" | "VIDEO" | "DOCUMENT" | "LOCATION";
export type ButtonType = "QUICK_REPLY" | "URL" | "PHONE_NUMBER" | "COPY_CODE";

export interface ButtonDraft {
  /** Its own name while it is edited: buttons move. */
  key: number;
  type: ButtonType;
  text: string;
  url: string;
  phone: string;
  example: string;
}

export interface Draft {
  wabaId: string | null;
  name: string;
  language: string;
  category: Category;
  header: { kind: HeaderKind; text: string; example: string; handle: string; filename: string };
  body: string;
  /** Examples of the body's variables by their names. */
  examples: Readonly<Record<string, string>>;
  footer: string;
  buttons: readonly ButtonDraft[];
  /** An authentication template's: Meta writes its text. */
  code: { recommendation: boolean; minutes: string; button: string };
}

export type Part = Record<string, unknown>;

export const EMPTY: Draft = {
  wabaId: null,
  name: "",
  language: "es",
  category: "UTILITY",
  header: { kind: "NONE", text: "", example: "", handle: "", filename: "" },
  body: "",
  examples: {},
  footer: "",
  buttons: [],
  code: { recommendation: true, minutes: "10", button: "" },
};

export const FILES: readonly HeaderKind[] = ["IMAGE", "VIDEO", "DOCUMENT"];
export const MOST_BUTTONS = 10;
const MOST_OF: Partial<Record<ButtonType, number>> = { URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1 };
const VARIABLE = /\{\{([^{}]*)\}\}/g;

/** The variables of a text, each once, in the order of their first appearance. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => (match[1] as string).trim()))];
}

export function filled(text: string, value: (variable: string) => string | undefined): string {
  return text.replace(VARIABLE, (whole, name: string) => value(name.trim())?.trim() || whole);
}

/** The next variable to insert: the next number; where the text has names, a name that is still free. */
export function nextVariable(text: string, word: string): string {
  const known = variablesIn(text);
  if (known.every((name) => /^\d+$/.test(name)))
    return String(Math.max(0, ...known.map((name) => Number(name))) + 1);
  for (let n = 1; ; n += 1) if (!known.includes(`${word}_${n}`)) return `${word}_${n}`;
}

/** What people type as a name, as Meta takes it: small letters, digits and underscores. */
export function nameOf(typed: string): string {
  return typed
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, 512);
}

/** Whether another button of this type may be added. */
export function mayAdd(draft: Draft, type: ButtonType): boolean {
  if (draft.buttons.length >= MOST_BUTTONS) return false;
  if (type === "COPY_CODE" && draft.category !== "MARKETING") return false;
  return draft.buttons.filter((one) => one.type === type).length < (MOST_OF[type] ?? MOST_BUTTONS);
}

/** Quick replies stand together: a new one goes behind the last of them, any other to the end. */
export function withButton(draft: Draft, type: ButtonType): Draft {
  const key = Math.max(0, ...draft.buttons.map((one) => one.key)) + 1;
  const added: ButtonDraft = { key, type, text: "", url: "", phone: "", example: "" };
  const last = draft.buttons.findLastIndex((one) => one.type === "QUICK_REPLY");
  const place = type === "QUICK_REPLY" && last >= 0 ? last + 1 : draft.buttons.length;
  return { ...draft, buttons: draft.buttons.toSpliced(place, 0, added) };
}

export function withoutButton(draft: Draft, key: number): Draft {
  return { ...draft, buttons: draft.buttons.filter((one) => one.key !== key) };
}

export function withButtonChanged(draft: Draft, key: number, change: Partial<ButtonDraft>): Draft {
  return { ...draft, buttons: draft.buttons.map((one) => (one.key === key ? { ...one, ...change } : one)) };
}

/** The components in the order of Meta's documents, and for each the field it is written in. */
export function componentsOf(draft: Draft): { components: Part[]; fields: string[] } {
  const made = draft.category === "AUTHENTICATION" ? codeParts(draft) : usualParts(draft);
  return { components: made.map(([, part]) => part), fields: made.map(([field]) => field) };
}

function codeParts({ code }: Draft): [string, Part][] {
  const minutes = Number(code.minutes);
  return [
    ["body", { type: "BODY", add_security_recommendation: code.recommendation }],
    ...(code.minutes.trim()
      ? [
          [
            "footer",
            { type: "FOOTER", code_expiration_minutes: Number.isInteger(minutes) ? minutes : 0 },
          ] as [string, Part],
        ]
      : []),
    [
      "buttons",
      {
        type: "BUTTONS",
        buttons: [{ type: "OTP", otp_type: "COPY_CODE", ...(code.button ? { text: code.button } : {}) }],
      },
    ],
  ];
}

function usualParts(draft: Draft): [string, Part][] {
  const { header, body, footer, buttons } = draft;
  const parts: [string, Part][] = [];
  if (header.kind !== "NONE") parts.push(["header", headerPart(header)]);
  parts.push(["body", withExamples({ type: "BODY", text: body }, "body_text", body, draft.examples, true)]);
  if (footer.trim()) parts.push(["footer", { type: "FOOTER", text: footer }]);
  if (buttons.length > 0) parts.push(["buttons", { type: "BUTTONS", buttons: buttons.map(buttonPart) }]);
  return parts;
}

function headerPart(header: Draft["header"]): Part {
  const part: Part = { type: "HEADER", format: header.kind };
  if (header.kind === "TEXT") {
    const [name] = variablesIn(header.text);
    const examples = name === undefined ? {} : { [name]: header.example };
    return withExamples({ ...part, text: header.text }, "header_text", header.text, examples, false);
  }
  return FILES.includes(header.kind) && header.handle
    ? { ...part, example: { header_handle: [header.handle] } }
    : part;
}

function withExamples(
  part: Part,
  key: string,
  text: string,
  examples: Readonly<Record<string, string>>,
  nested: boolean,
): Part {
  const names = variablesIn(text);
  if (names.length === 0) return part;
  if (names.some((name) => !/^\d+$/.test(name))) {
    const named = names.map((name) => ({ param_name: name, example: examples[name]?.trim() ?? "" }));
    return { ...part, example: { [`${key}_named_params`]: named } };
  }
  const row = names
    .toSorted((one, other) => Number(one) - Number(other))
    .map((name) => examples[name]?.trim() ?? "");
  return { ...part, example: { [key]: nested ? [row] : row } };
}

function buttonPart(button: ButtonDraft): Part {
  const { type, text, url, phone, example } = button;
  switch (type) {
    case "URL":
      return {
        type,
        text,
        url,
        ...(variablesIn(url).length > 0 ? { example: example ? [example] : [] } : {}),
      };
    case "PHONE_NUMBER":
      return { type, text, phone_number: phone.replace(/[\s().-]/g, "") };
    case "COPY_CODE":
      return { type, example };
    default:
      return { type, text };
  }
}
