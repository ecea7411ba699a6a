/** What a rule makes of an event, as the server will (src/curbe/notifications/rules.py): for the preview while a rule is written. Pure. */

import { valueAt } from "./paths";

export type Scalar = string | number | boolean;

export const TESTS = ["equals", "differs", "in", "exists", "missing", "greater", "less", "contains"] as const;
export type Test = (typeof TESTS)[number];

// Meta takes none of these in a parameter: the server makes a space of each.
const GAPS = /\s*[\n\r\t]\s*|\s{5,}/g;

/** A value as it is written in a message: "" where there is none, null where it is no text. */
export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? null : String(value);
}

export function flat(text: string): string {
  return text.replace(GAPS, " ").trim();
}

export type Said = { text: string } | { fault: "missing" | "unfit" };

/** What is said at a path of an event. */
export function saidAt(data: unknown, path: string, otherwise: string): Said {
  const text = textOf(valueAt(data, path));
  if (text === null) return { fault: "unfit" };
  const said = flat(text) || flat(otherwise);
  return said ? { text: said } : { fault: "missing" };
}

export interface Condition {
  path: string;
  test: Test;
  value?: Scalar | readonly Scalar[] | null;
}

export function holds(condition: Condition, data: unknown): boolean {
  const value = valueAt(data, condition.path);
  const wanted = condition.value;
  switch (condition.test) {
    case "exists":
      return value !== null;
    case "missing":
      return value === null;
    case "equals":
      return value === wanted;
    case "differs":
      return value !== wanted;
    case "in":
      return Array.isArray(wanted) && wanted.includes(value);
    case "greater":
      return typeof value === "number" && value > Number(wanted);
    case "less":
      return typeof value === "number" && value < Number(wanted);
    case "contains":
      if (typeof value === "string") return value.toLowerCase().includes(String(wanted).toLowerCase());
      return Array.isArray(value) && value.includes(wanted);
  }
}
