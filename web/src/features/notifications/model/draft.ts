/** A rule between the form and the API. Pure. */

import { own } from "@/shared/lib/own";
import { type Field, fieldsOf, previewOf } from "@/shared/whatsapp/templates";
import type { Rule, SentCondition } from "../api/notifications";
import { stepsOf, valueAt } from "./paths";
import type { Condition, Scalar, Test } from "./telling";

/** What stands in a gap of the template. */
export type Gap = { from: "event"; path: string; otherwise: string } | { from: "same"; text: string };

export interface DraftCondition {
  /** Only to tell one from the other on the page. */
  key: number;
  path: string;
  test: Test;
  /** As it is typed; of `in` with commas. */
  value: string;
  /** Somebody typed it, if only to say the same again. */
  isTyped?: boolean;
  /** What the rule has it as since it was kept, and how that is typed: a text stays a text, a number a number. */
  kept?: { path: string; text: string; value: NonNullable<Condition["value"]> };
}

export const UNITS = ["minutes", "hours", "days"] as const;
export type Unit = (typeof UNITS)[number];
const SECONDS: Record<Unit, number> = { minutes: 60, hours: 3600, days: 86_400 };
export const LONGEST_DELAY = 90 * SECONDS.days;

export interface Draft {
  name: string;
  event: string;
  connectionId: string | null;
  template: { name: string; language: string } | null;
  recipient: string;
  /** By the name of the value at the server. */
  gaps: Readonly<Record<string, Gap>>;
  conditions: readonly DraftCondition[];
  delay: { amount: number; unit: Unit };
  /** For how long the message is good; set over the API alone, and kept. */
  ttlSeconds: number | null;
  enabled: boolean;
}

export const EMPTY: Draft = {
  name: "",
  event: "",
  connectionId: null,
  template: null,
  recipient: "",
  gaps: {},
  conditions: [],
  delay: { amount: 0, unit: "minutes" },
  ttlSeconds: null,
  enabled: true,
};

const EVENT_NAME = /^[\p{L}\p{N}_.:-]{1,100}$/u;

/** Under which name the server wants the value of a gap; null where a rule cannot fill it. */
export function slotOf(field: Field): string | null {
  if (field.card !== null || ["location", "expiry", "products"].includes(field.kind)) return null;
  if (field.where === "header") return "header";
  return field.where === "button" ? `button_${field.id.split(":")[1]}` : field.variable;
}

/** A header's file may be left out: the tenant's cover may stand in for it. */
export function mayBeEmpty(field: Field): boolean {
  return field.kind === "image";
}

/** What of a template a rule cannot fill in. */
export function beyondIn(components: unknown): string[] {
  const gaps = fieldsOf(components).filter((field) => slotOf(field) === null);
  return [...new Set([...previewOf(components).beyond, ...gaps.map(({ kind }) => kind.toUpperCase())])];
}

export function firstGap(field: Field): Gap {
  const isFile = field.kind !== "text" && field.kind !== "code";
  return isFile ? { from: "same", text: "" } : { from: "event", path: "", otherwise: "" };
}

export function gapOf(draft: Draft, field: Field): Gap {
  return own(draft.gaps, slotOf(field) ?? "") ?? firstGap(field);
}

/** Where something is wrong, by the field's name at the server, and what. */
export type Faults = Readonly<Record<string, Fault>>;
export type Fault = "event" | "template" | "path" | "missing" | "number" | "long";

export function faultsIn(draft: Draft, fields: readonly Field[]): Record<string, Fault> {
  const faults: Record<string, Fault> = {};
  const path = (at: string, given: string) => {
    if (stepsOf(given) === null) faults[at] = given === "" ? "missing" : "path";
  };
  if (!EVENT_NAME.test(draft.event)) faults["event"] = "event";
  if (draft.template === null) faults["template"] = "template";
  path("recipient", draft.recipient);
  for (const field of fields) {
    const gap = gapOf(draft, field);
    const at = `variables.${slotOf(field)}`;
    if (isLeftOut(field, gap)) continue;
    if (gap.from === "event") path(at, gap.path);
    else if (gap.text.trim() === "") faults[at] = "missing";
  }
  for (const [index, condition] of draft.conditions.entries()) {
    path(`conditions[${index}]`, condition.path);
    const fault = valueFault(condition);
    if (fault) faults[`conditions[${index}].value`] = fault;
  }
  if (delayOf(draft) > LONGEST_DELAY) faults["delay_seconds"] = "long";
  return faults;
}

function isLeftOut(field: Field, gap: Gap): boolean {
  return mayBeEmpty(field) && (gap.from === "event" ? gap.path === "" : gap.text.trim() === "");
}

export function wantsValue(test: Test): boolean {
  return test !== "exists" && test !== "missing";
}

function valueFault({ test, value }: DraftCondition): Fault | null {
  if (!wantsValue(test)) return null;
  const said = test === "in" ? value.split(",") : [value];
  if (said.every((one) => one.trim() === "")) return "missing";
  return (test === "greater" || test === "less") && !isNumber(value) ? "number" : null;
}

export function delayOf({ delay }: Draft): number {
  return Math.round(delay.amount * SECONDS[delay.unit]);
}

/** The server's name of a field, without what it says of a part of it: "variables.day.path" -> "variables.day". */
export function placeOf(field: string | null): string | null {
  if (field === null) return null;
  const plain = field.replace(/^rule\./, "").replace(/\[(?!\d+\])([^\]]+)\]/g, ".$1");
  return /^(variables\.[^.]+|conditions\[\d+\])\.(path|value|default|test)$/.test(plain) &&
    !plain.endsWith("].value")
    ? plain.slice(0, plain.lastIndexOf("."))
    : plain;
}

/**
 * A text as the kind of value that stands in the event: 31 and "31" are two things. `kept`: what the rule said before, which stays as it was.
 */
export function scalarOf(text: string, like: unknown, kept: readonly Scalar[] = []): Scalar {
  const said = text.trim();
  const former = kept.find((one) => String(one) === said);
  if (former !== undefined) return former;
  if (typeof like === "string") return said;
  if (said === "true" || said === "false") return said === "true";
  return isPlainNumber(said, like) ? Number(said) : said;
}

/** `isMade`: the sample was made up from the rule, so it cannot say that the rule is wrong. */
export function conditionOf(condition: DraftCondition, sample: unknown, isMade = false): Condition {
  const { path, test, value, kept, isTyped = false } = condition;
  if (!wantsValue(test)) return { path, test };
  if (test === "greater" || test === "less") return { path, test, value: Number(value) };
  const former = kept?.path === path ? kept : undefined;
  const stays = former?.text === value && Array.isArray(former.value) === (test === "in");
  if (test === "contains") return { path, test, value: stays ? String(former.value) : value.trim() };
  const said = valueAt(sample, path);
  const before = former === undefined ? [] : [former.value].flat();
  const right = isMade ? before : before.filter((one) => isOfKind(one, said));
  if (stays && !(isTyped && right.length < before.length)) return { path, test, value: former.value };
  const like = (isMade ? null : said) ?? kindIn(before) ?? said;
  if (test !== "in") return { path, test, value: scalarOf(value, like, right) };
  const all = value.split(",").map((one) => scalarOf(one, like, right));
  return { path, test, value: all.filter((one) => one !== "") };
}

/** Whether a value may be of the kind of what an event has; nothing, or no single value, rules none out. */
function isOfKind(value: Scalar, said: unknown): boolean {
  return said === null || typeof said === "object" || typeof value === typeof said;
}

/** One of those values, where they are all of one kind. */
function kindIn(values: readonly Scalar[]): Scalar | undefined {
  const [first] = values;
  return values.every((one) => typeof one === typeof first) ? first : undefined;
}

/** `isMade`: the sample was made up from the rule. */
export function ruleOf(draft: Draft, fields: readonly Field[], sample: unknown, isMade = false): Rule {
  const variables: Rule["variables"] = {};
  for (const field of fields) {
    const gap = gapOf(draft, field);
    const slot = slotOf(field);
    if (slot === null || isLeftOut(field, gap)) continue;
    variables[slot] =
      gap.from === "same"
        ? { value: gap.text.trim() }
        : { path: gap.path, ...(gap.otherwise.trim() && { default: gap.otherwise.trim() }) };
  }
  return {
    event: draft.event.trim(),
    template: draft.template?.name ?? "",
    language: draft.template?.language ?? "",
    recipient: draft.recipient,
    variables,
    conditions: draft.conditions.map((one) => conditionOf(one, sample, isMade) as SentCondition),
    delay_seconds: delayOf(draft),
    ttl_seconds: draft.ttlSeconds,
    connection_id: draft.connectionId,
    enabled: draft.enabled,
    name: draft.name.trim() || null,
  };
}

/** The way back, for a rule that is opened again. */
export function draftOf(rule: Rule): Draft {
  const gaps = Object.entries(rule.variables ?? {}).map(([slot, one]): [string, Gap] => [
    slot,
    typeof one.path === "string"
      ? { from: "event", path: one.path, otherwise: one.default ?? "" }
      : { from: "same", text: one.value ?? "" },
  ]);
  return {
    name: rule.name ?? "",
    event: rule.event,
    connectionId: rule.connection_id ?? null,
    template: { name: rule.template, language: rule.language },
    recipient: rule.recipient,
    gaps: Object.fromEntries(gaps),
    conditions: (rule.conditions ?? []).map(draftCondition),
    delay: delayIn(rule.delay_seconds),
    ttlSeconds: rule.ttl_seconds ?? null,
    enabled: rule.enabled,
  };
}

function draftCondition({ path, test, value }: SentCondition, key: number): DraftCondition {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  const kept = value === null || value === undefined ? {} : { kept: { path, text, value } };
  return { key, path, test, value: text, ...kept };
}

export function delayIn(seconds: number): Draft["delay"] {
  const unit = UNITS.findLast((one) => seconds > 0 && seconds % SECONDS[one] === 0) ?? "minutes";
  return { amount: seconds / SECONDS[unit], unit };
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

/** Whether the text is how a number is written; 08001 is a postcode, and beside a number in the event 1.50 is one too. */
function isPlainNumber(text: string, like: unknown): boolean {
  if (!isNumber(text)) return false;
  return typeof like === "number" ? !/^[+-]?0\d/.test(text) : String(Number(text)) === text;
}
