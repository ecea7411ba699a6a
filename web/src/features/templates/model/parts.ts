/** Meta's components as they come: nothing is certain of them. Pure. */

import type { Part } from "./components";

export function partsIn(value: unknown): Part[] {
  return Array.isArray(value)
    ? value.filter((one): one is Part => typeof one === "object" && one !== null)
    : [];
}

export function typeOf(part: Part | undefined, member = "type"): string {
  return textOf(part?.[member]).toUpperCase();
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function recordOf(value: unknown): Part {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

/** The examples of a part's variables by their names. */
export function examplesOf(part: Part | undefined, key: string): Record<string, string> {
  const example = recordOf(part?.["example"]);
  const named = partsIn(example[`${key}_named_params`]);
  if (named.length > 0)
    return Object.fromEntries(named.map((one) => [textOf(one["param_name"]), textOf(one["example"])]));
  const given = example[key];
  const row: unknown[] = Array.isArray(given) ? (Array.isArray(given[0]) ? given[0] : given) : [];
  return Object.fromEntries(row.map((one, index) => [String(index + 1), textOf(one)]));
}
