/** What stands in a template's gaps when it goes to many: the same for everybody, or each person's own from a column. Pure. */

import type { Field } from "@/shared/whatsapp/templates";

export type Filling =
  | { from: "same"; text: string }
  /** `column`: what the column is called, as somebody typed it; `otherwise`: what is said where a person has none. */
  | { from: "column"; column: string; otherwise: string };

/** By the field's id. */
export type Fillings = Readonly<Record<string, Filling>>;

const PLACE = /^\{\{\s*([a-z_][a-z0-9_]{0,63})\s*(?:\|([^{}]*))?\}\}$/;
const LONGEST_NAME = 64;
const OWN = "·"; // of any length but none

/** The variable that a column fills: "Nombre completo" -> "nombre_completo", as the server reads a file's head. */
export function variableName(column: string): string {
  const plain = column
    .normalize("NFKD")
    .replace(/[^\p{ASCII}]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, LONGEST_NAME);
  return plain === "" ? "" : /^\d/.test(plain) ? `c_${plain}`.slice(0, LONGEST_NAME) : plain;
}

/** What a gap holds before somebody says: each person's own for words, the same for what is no word. */
export function firstFilling(field: Field): Filling {
  if (field.kind !== "text" || field.where === "button") return { from: "same", text: "" };
  const named = !/^\d+$/.test(field.variable);
  return { from: "column", column: named ? field.variable : "", otherwise: "" };
}

/** Whether each person may have their own here. */
export function mayVary(field: Field): boolean {
  return field.kind === "text" || field.kind === "code";
}

/** What is sent to the server for a gap; empty where something is missing. */
export function sentFor(filling: Filling | undefined): string {
  if (!filling) return "";
  if (filling.from === "same") return harmless(filling.text);
  const name = variableName(filling.column);
  if (!name) return "";
  const otherwise = harmless(filling.otherwise);
  return otherwise ? `{{${name}|${otherwise}}}` : `{{${name}}}`;
}

/** What a gap is measured by: what is surely said in it. Each person's own is measured by the server, row by row. */
export function measuredBy(filling: Filling | undefined): string {
  if (!filling || filling.from === "same" || sentFor(filling) === "") return sentFor(filling);
  return harmless(filling.otherwise) || OWN;
}

/** The way back, for a campaign that is opened again. */
export function fillingOf(value: string): Filling {
  const match = PLACE.exec(value);
  if (!match) return { from: "same", text: value };
  return { from: "column", column: match[1] ?? "", otherwise: match[2] ?? "" };
}

export function valuesOf(fillings: Fillings): Record<string, string> {
  return Object.fromEntries(Object.entries(fillings).map(([id, filling]) => [id, sentFor(filling)]));
}

/** How a gap reads in the preview: a person's own where one is known, what is said otherwise, Meta's example, or the column's name. */
export function shownIn(
  field: Field,
  filling: Filling | undefined,
  person: Readonly<Record<string, string>> = {},
): string {
  if (!filling) return "";
  if (filling.from === "same") return filling.text;
  const name = variableName(filling.column);
  return person[name]?.trim() || filling.otherwise.trim() || field.example || (name ? `[${name}]` : "");
}

/** Braces would be read as a variable. */
function harmless(text: string): string {
  return text.replace(/[{}]/g, "").trim();
}
