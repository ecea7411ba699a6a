/** The kinds of rules: where each begins, what is wrong with one, and in which order they are looked at. Pure. */

import type { Automation, Draft, Kind, Rule, Saved } from "../api/automations";
import { inOrder, isSpan, WORKDAYS, withSpans } from "./hours";

/** Of a message's automatic texts the first kind that has one to say says it; then the conversation is given away, and its priority set. */
export const KINDS = [
  "keyword_reply",
  "away",
  "welcome",
  "assign",
  "priority",
] as const satisfies readonly Kind[];

export const STARTS = ["keyword_reply", "away", "welcome", "assign", "assign_label", "priority"] as const;
export type Start = (typeof STARTS)[number];

/** The words that a starting point brings along. */
export interface StartWords {
  /** With commas between. */
  keywords: string;
  /** The same, of what is urgent. */
  pressing: string;
  answer: string;
  away: string;
  welcome: string;
}

export function kindOf(start: Start): Kind {
  return start === "assign_label" ? "assign" : start;
}

/** A rule that could be kept almost as it is. */
export function ruleFor(start: Start, words: StartWords, zone: string): Rule {
  switch (start) {
    case "keyword_reply":
      return {
        kind: "keyword_reply",
        words: listed(words.keywords),
        match: "contains",
        answer: words.answer,
      };
    case "away":
      return {
        kind: "away",
        time_zone: zone,
        hours: withSpans([], WORKDAYS, [{ opens: "09:00", closes: "18:00" }]),
        holidays: [],
        message: words.away,
      };
    case "welcome":
      return { kind: "welcome", message: words.welcome, again_after_days: 90 };
    case "assign":
      return { kind: "assign", user_ids: [], team_id: null, only_present: true, label_ids: [] };
    case "assign_label":
      return { kind: "assign", user_ids: [], team_id: null, only_present: false, label_ids: [] };
    case "priority":
      return {
        kind: "priority",
        priority: "urgent",
        words: listed(words.pressing),
        match: "contains",
        label_ids: [],
      };
  }
}

function listed(words: string): string[] {
  return words.split(",").map((word) => word.trim());
}

/** A rule as it is kept. */
export function toKeep(rule: Rule): Rule {
  return rule.kind === "away" ? { ...rule, hours: inOrder(rule.hours) } : rule;
}

export type Fault = "missing" | "hours" | "nobody";

/** What is wrong, by the member's name at the server. */
export function faultsIn(rule: Rule): Record<string, Fault> {
  const faults: Record<string, Fault> = {};
  const text = (name: string, said: string) => {
    if (said.trim() === "") faults[name] = "missing";
  };
  switch (rule.kind) {
    case "keyword_reply":
      if (rule.words.length === 0) faults["words"] = "missing";
      text("answer", rule.answer);
      break;
    case "away":
      text("message", rule.message);
      if (!rule.hours.every(isSpan)) faults["hours"] = "hours";
      break;
    case "welcome":
      text("message", rule.message);
      break;
    case "assign":
      if ((rule.user_ids ?? []).length === 0 && !rule.team_id) faults["user_ids"] = "nobody";
  }
  return faults;
}

/** Those of one kind, in the order in which they are looked at. */
export function ofKind(automations: readonly Automation[], kind: Kind): Automation[] {
  return automations.filter(({ rule }) => rule.kind === kind);
}

/** The place after all others of its kind. */
export function lastPlace(automations: readonly Automation[], kind: Kind): number {
  return Math.max(-1, ...ofKind(automations, kind).map(({ place }) => place)) + 1;
}

/** What has to be kept anew where one of a kind goes one up (-1) or down (1). */
export function moved(those: readonly Automation[], id: string, by: -1 | 1): Automation[] {
  const from = those.findIndex((one) => one.id === id);
  const to = from + by;
  const one = those[from];
  if (!one || to < 0 || to >= those.length) return [];
  const next = those.filter((each) => each !== one);
  next.splice(to, 0, one);
  return next
    .map((each, place) => (each.place === place ? null : { ...each, place }))
    .filter((each) => each !== null);
}

/** What can be done to one in the list. */
export type Change = { id: string } & ({ enabled: boolean } | { by: -1 | 1 });

/** What has to be kept anew for a change of one among all; nothing where it is gone. */
export function changedBy(all: readonly Automation[], change: Change): Automation[] {
  const one = all.find(({ id }) => id === change.id);
  if (!one) return [];
  return "by" in change
    ? moved(ofKind(all, one.rule.kind), one.id, change.by)
    : [{ ...one, enabled: change.enabled }];
}

/** One as it was written, a new one without an id, and as it stood when somebody began to. */
export interface Written {
  id: string | null;
  rule: Rule;
  enabled: boolean;
  begun: Draft;
}

/** What has to be kept of it: its place, and whether it acts unless that was changed here, are as a colleague has them by now. */
export function anew(all: readonly Automation[], { id, rule, enabled, begun }: Written): Saved[] {
  const now = all.find((one) => one.id === id) ?? begun;
  return [{ id, rule, place: now.place, enabled: enabled === begun.enabled ? now.enabled : enabled }];
}
