/** For how long things are kept: what is offered, and what is a step that deletes something. Pure. */

export const SHORTEST = 7;
export const LONGEST = 36_500;
/** Days that are asked for often. */
export const OFFERED = [30, 90, 180, 365, 730, 1825] as const;

export type Choice = "forever" | "own" | `${number}`;

export function choiceOf(days: number | null): Choice {
  if (days === null) return "forever";
  return OFFERED.some((one) => one === days) ? `${days}` : "own";
}

/** The days that are meant; null: for ever; undefined: what was typed is no such number. */
export function daysOf(choice: Choice, typed: string): number | null | undefined {
  if (choice === "forever") return null;
  const days = choice === "own" ? Number(typed) : Number(choice);
  return Number.isInteger(days) && days >= SHORTEST && days <= LONGEST ? days : undefined;
}

/** Whether going from one limit to the other deletes what was kept so far. */
export function deletes(before: number | null, after: number | null): boolean {
  return after !== null && (before === null || after < before);
}
