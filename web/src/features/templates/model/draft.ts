/** A template as it is written: its parts as fields, and what may be done with them. Pure. */

export type Category = "UTILITY" | "MARKETING" | "AUTHENTICATION";
/** What somebody sets out to write. */
export type Kind = "MESSAGE" | "CAROUSEL" | "OFFER" | "CATALOG" | "CODE";
export type HeaderKind = "NONE" | "TEXT" | "IMAGE" | "VIDEO" | "DOCUMENT" | "LOCATION";
export type FileKind = "IMAGE" | "VIDEO" | "DOCUMENT";
export type ButtonType = "QUICK_REPLY" | "URL" | "PHONE_NUMBER" | "COPY_CODE" | "FLOW";
export type CardFormat = "IMAGE" | "VIDEO" | "PRODUCT";
/** What of the catalogue is shown: all of it, some products, or one. Each is a button of Meta's. */
export type Shop = "CATALOG" | "MPM" | "SPM";
export type OtpType = "COPY_CODE" | "ONE_TAP" | "ZERO_TAP";

export interface ButtonDraft {
  /** Its own name while it is edited: buttons move. */
  key: number;
  type: ButtonType;
  text: string;
  url: string;
  phone: string;
  example: string;
  /** The form that opens, by its id, and the screen it begins with. */
  flow: string;
  screen: string;
}

/** A file for the review: Meta's handle of it, and how it is called and looks here. */
export interface Sample {
  handle: string;
  filename: string;
  picture: string | null;
}

export interface BodyDraft {
  body: string;
  /** Examples of the body's variables by their names. */
  examples: Readonly<Record<string, string>>;
}

export interface CardDraft extends BodyDraft {
  key: number;
  sample: Sample;
  /** The same types, in the same order, on every card. */
  buttons: readonly ButtonDraft[];
}

export interface AppDraft {
  key: number;
  name: string;
  hash: string;
}

export interface Draft extends BodyDraft {
  wabaId: string | null;
  name: string;
  language: string;
  category: Category;
  kind: Kind;
  header: { kind: HeaderKind; text: string; example: string; sample: Sample };
  footer: string;
  buttons: readonly ButtonDraft[];
  offer: { text: string; ends: boolean };
  cardFormat: CardFormat;
  cards: readonly CardDraft[];
  shop: Shop;
  /** An authentication template's: Meta writes its text. */
  code: {
    recommendation: boolean;
    minutes: string;
    button: string;
    otp: OtpType;
    autofill: string;
    apps: readonly AppDraft[];
    terms: boolean;
  };
}

export const NO_SAMPLE: Sample = { handle: "", filename: "", picture: null };

export const EMPTY: Draft = {
  wabaId: null,
  name: "",
  language: "es",
  category: "UTILITY",
  kind: "MESSAGE",
  header: { kind: "NONE", text: "", example: "", sample: NO_SAMPLE },
  body: "",
  examples: {},
  footer: "",
  buttons: [],
  offer: { text: "", ends: true },
  cardFormat: "IMAGE",
  cards: [],
  shop: "CATALOG",
  code: {
    recommendation: true,
    minutes: "10",
    button: "",
    otp: "COPY_CODE",
    autofill: "",
    apps: [{ key: 1, name: "", hash: "" }],
    terms: false,
  },
};

export const FILES: readonly HeaderKind[] = ["IMAGE", "VIDEO", "DOCUMENT"];
/** What may stand in the header of each kind; the first is what it begins with. */
export const HEADERS: Record<Kind, readonly HeaderKind[]> = {
  MESSAGE: ["NONE", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"],
  OFFER: ["IMAGE", "VIDEO"],
  CATALOG: ["NONE", "TEXT"],
  CAROUSEL: [],
  CODE: [],
};
/** Meta files everything that is to sell something under marketing. */
const CATEGORY: Partial<Record<Kind, Category>> = {
  CAROUSEL: "MARKETING",
  OFFER: "MARKETING",
  CATALOG: "MARKETING",
  CODE: "AUTHENTICATION",
};
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

/** The draft as another kind: what was written stays where the kind has a place for it, and what it cannot be without is there. */
export function ofKind(draft: Draft, kind: Kind): Draft {
  const category = CATEGORY[kind] ?? (draft.category === "AUTHENTICATION" ? "UTILITY" : draft.category);
  const [first] = HEADERS[kind];
  const fits = first === undefined || HEADERS[kind].includes(draft.header.kind);
  const header = fits ? draft.header : { ...EMPTY.header, kind: first };
  const changed = { ...draft, kind, category, header };
  if (kind === "OFFER") {
    const buttons = draft.buttons.filter((one) => OFFER_BUTTONS.includes(one.type));
    return { ...changed, buttons: buttons.length > 0 ? buttons : OFFER_BUTTONS.map(buttonOf) };
  }
  if (kind === "CAROUSEL" && draft.cards.length === 0) {
    const buttons = [buttonOf("URL", 0)];
    return { ...changed, cards: [1, 2].map((key) => ({ ...EMPTY_CARD, key, buttons })) };
  }
  return changed;
}

/** An offer without a code to copy and somewhere to go is none. */
const OFFER_BUTTONS: readonly ButtonType[] = ["COPY_CODE", "URL"];

export const EMPTY_CARD: Omit<CardDraft, "key"> = { body: "", examples: {}, sample: NO_SAMPLE, buttons: [] };

/** `last`: the highest key so far. */
export function buttonOf(type: ButtonType, last: number): ButtonDraft {
  return { key: last + 1, type, text: "", url: "", phone: "", example: "", flow: "", screen: "" };
}
