/** Where in the editor a finding belongs. Pure. */

import type { Draft } from "./draft";

export interface Placed<Finding> {
  /** By field: "name", "header", "body.example", "buttons", "buttons.3.url" (3 is the button's key) ... */
  at: ReadonlyMap<string, Finding[]>;
  /** Those of no field. */
  loose: Finding[];
}

const PATH = /^components\[(\d+)\](?:\.(.*))?$/;
const BUTTON = /^buttons(?:\[(\d+)\](?:\.(\w+))?)?$/;

/** Sort findings to the fields they are about. `fields` says in which field each component is written. */
export function placed<Finding extends { path: string }>(
  findings: readonly Finding[],
  fields: readonly string[],
  draft: Draft,
): Placed<Finding> {
  const at = new Map<string, Finding[]>();
  const loose: Finding[] = [];
  for (const finding of findings) {
    const field = fieldOf(finding.path, fields, draft);
    if (field === null) loose.push(finding);
    else at.set(field, [...(at.get(field) ?? []), finding]);
  }
  return { at, loose };
}

export function fieldOf(path: string, fields: readonly string[], draft: Draft): string | null {
  if (["name", "language", "category"].includes(path)) return path;
  const match = PATH.exec(path);
  const field = match ? fields[Number(match[1])] : undefined;
  if (!match || field === undefined) return null;
  const rest = match[2] ?? "";
  if (field === "buttons") return buttonField(rest, draft);
  if (rest.startsWith("example")) return `${field}.example`;
  return field;
}

function buttonField(rest: string, draft: Draft): string {
  if (draft.category === "AUTHENTICATION") return "buttons";
  const match = BUTTON.exec(rest);
  const button = match?.[1] === undefined ? undefined : draft.buttons[Number(match[1])];
  if (!button) return "buttons";
  const member = { url: "url", phone_number: "phone", example: "example" }[match?.[2] ?? ""] ?? "text";
  return `buttons.${button.key}.${member}`;
}
