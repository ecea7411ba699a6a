/** Where in the editor a finding belongs. Pure. */

import type { Written } from "./components";
import type { ButtonDraft, Draft } from "./draft";

export interface Placed<Finding> {
  /** By field: "name", "header", "body.example", "buttons.3.url" (3 is the button's key), "cards.2.body" (the card's) ... */
  at: ReadonlyMap<string, Finding[]>;
  /** Those of no field. */
  loose: Finding[];
}

const PATH = /^components\[(\d+)\](?:\.(.*))?$/;
const BUTTON = /^buttons(?:\[(\d+)\](?:\.(\w+))?)?$/;
const CARD = /^cards\[(\d+)\](?:\.(.*))?$/;
const BUTTON_FIELDS: Readonly<Record<string, string>> = {
  url: "url",
  phone_number: "phone",
  example: "example",
  flow_id: "flow",
};
const CODE_FIELDS: Readonly<Record<string, string>> = {
  supported_apps: "code.apps",
  zero_tap_terms_accepted: "code.terms",
};

/** Sort findings to the fields they are about. */
export function placed<Finding extends { path: string }>(
  findings: readonly Finding[],
  written: Omit<Written, "components">,
  draft: Draft,
): Placed<Finding> {
  const at = new Map<string, Finding[]>();
  const loose: Finding[] = [];
  for (const finding of findings) {
    const field = fieldOf(finding.path, written, draft);
    if (field === null) loose.push(finding);
    else at.set(field, [...(at.get(field) ?? []), finding]);
  }
  return { at, loose };
}

export function fieldOf(
  path: string,
  { fields, cardFields }: Omit<Written, "components">,
  draft: Draft,
): string | null {
  if (["name", "language", "category"].includes(path)) return path;
  const found = fieldAt(path, fields);
  if (!found) return null;
  const [field, rest] = found;
  if (field === "cards") return cardField(rest, cardFields, draft);
  if (field === "code") return CODE_FIELDS[BUTTON.exec(rest)?.[2] ?? ""] ?? field;
  return within(field, rest, draft.buttons);
}

/** The field of `components[n].<rest>`. */
function fieldAt(path: string, fields: readonly string[]): [field: string, rest: string] | null {
  const match = PATH.exec(path);
  const field = match ? fields[Number(match[1])] : undefined;
  return match && field !== undefined ? [field, match[2] ?? ""] : null;
}

function cardField(rest: string, cardFields: readonly string[], draft: Draft): string {
  const match = CARD.exec(rest);
  const card = match?.[1] === undefined ? undefined : draft.cards[Number(match[1])];
  if (!card) return "cards";
  const found = fieldAt(match?.[2] ?? "", cardFields);
  return found ? `cards.${card.key}.${within(found[0], found[1], card.buttons)}` : `cards.${card.key}`;
}

function within(field: string, rest: string, buttons: readonly ButtonDraft[]): string {
  if (field === "buttons") return buttonField(rest, buttons);
  return rest.startsWith("example") ? `${field}.example` : field;
}

function buttonField(rest: string, buttons: readonly ButtonDraft[]): string {
  const match = BUTTON.exec(rest);
  const button = match?.[1] === undefined ? undefined : buttons[Number(match[1])];
  return button ? `buttons.${button.key}.${BUTTON_FIELDS[match?.[2] ?? ""] ?? "text"}` : "buttons";
}
