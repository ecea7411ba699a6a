/** The sample event beside which a rule is written. Pure. */

import { type Field, fieldsOf, type Preview, previewOf } from "@/shared/whatsapp/templates";
import type { Rule } from "../api/notifications";
import { type Draft, gapOf, slotOf } from "./draft";
import { isObject, leavesOf, put, stepsOf } from "./paths";
import { saidAt } from "./telling";

const PHONE_NAME = /phone|tel|m[oó]vil|mobile|celular|whatsapp|wa_id/i;
const SAMPLE_PHONE = "+34600000001";

/** An event such as a rule expects: what stands at its paths is made up. */
export function sampleFor(rule: Rule, example: (slot: string) => string | null = () => null) {
  const made: Record<string, unknown> = {};
  put(made, rule.recipient, SAMPLE_PHONE);
  for (const { path, test, value } of rule.conditions ?? []) {
    const fitting = test === "greater" ? Number(value) + 1 : test === "less" ? Number(value) - 1 : value;
    const one = Array.isArray(fitting) ? fitting[0] : fitting;
    if (test !== "missing" && test !== "differs") put(made, path, test === "exists" ? true : one);
  }
  for (const [slot, { path }] of Object.entries(rule.variables ?? {}))
    if (typeof path === "string") put(made, path, example(slot) ?? lastName(path));
  return made;
}

function lastName(path: string): string {
  return String(stepsOf(path)?.findLast((step) => typeof step === "string") ?? "…");
}

/** What somebody pasted: an event's data, or the whole event with its name; null where it is neither. */
export function sampleIn(text: string): { data: Record<string, unknown>; event: string | null } | null {
  try {
    const told: unknown = JSON.parse(text);
    if (!isObject(told)) return null;
    const whole = isObject(told["data"]) && typeof told["event"] === "string";
    return whole
      ? { data: told["data"] as Record<string, unknown>, event: told["event"] as string }
      : { data: told, event: null };
  } catch {
    return null;
  }
}

/** Fills in what a sample makes plain: where the phone stands, and values that are called as the gaps are. What is there stays. */
export function guessed(draft: Draft, fields: readonly Field[], data: unknown): Draft {
  const leaves = leavesOf(data);
  const phone = leaves.find(({ name, value }) => PHONE_NAME.test(name) && digitsIn(value) >= 6);
  const gaps = { ...draft.gaps };
  for (const field of fields) {
    const slot = slotOf(field);
    const gap = gapOf(draft, field);
    const called = leaves.find(({ name }) => plain(name) === plain(slot ?? ""));
    if (slot && called && gap.from === "event" && gap.path === "") gaps[slot] = { ...gap, path: called.path };
  }
  return { ...draft, recipient: draft.recipient || (phone?.path ?? ""), gaps };
}

/** The message as it reads with a sample's values; what is still open shows its example. */
export function lookOf(components: unknown, draft: Draft, sample: unknown): Preview {
  const values = fieldsOf(components).map((field): [string, string] => {
    const gap = gapOf(draft, field);
    if (gap.from === "same") return [field.id, gap.text];
    if (stepsOf(gap.path) === null) return [field.id, ""];
    const said = saidAt(sample, gap.path, gap.otherwise);
    return [field.id, "text" in said ? said.text : ""];
  });
  return previewOf(components, Object.fromEntries(values));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function digitsIn(value: unknown): number {
  return String(value ?? "").replace(/\D/g, "").length;
}
