import { expect, test } from "vitest";
import type { Automation, Rule } from "../api/automations";
import { faultsIn, kindOf, lastPlace, moved, ruleFor, STARTS, type StartWords } from "./rules";

const WORDS: StartWords = {
  ...{ keywords: "price, how much", pressing: "urgent, emergency" },
  ...{ answer: "10 €", away: "Closed", welcome: "Hello" },
};

function kept(id: string, place: number, rule: Rule): Automation {
  return { id, place, rule, enabled: true, updated_by: "user:1", created_at: "", updated_at: "" };
}

test("each starting point is a rule of its kind, and only whom to give to is left to be said", () => {
  for (const start of STARTS) {
    const rule = ruleFor(start, WORDS, "Europe/Madrid");

    expect(rule.kind).toBe(kindOf(start));
    expect(faultsIn(rule)).toEqual(rule.kind === "assign" ? { user_ids: "nobody" } : {});
  }
});

test("what is wrong is told at its member", () => {
  expect(faultsIn({ kind: "keyword_reply", words: [], answer: " " })).toEqual({
    words: "missing",
    answer: "missing",
  });
  const hours = [{ day: 0, opens: "18:00", closes: "09:00" }];
  expect(faultsIn({ kind: "away", time_zone: "UTC", hours, message: "x" })).toEqual({ hours: "hours" });
  expect(faultsIn({ kind: "assign", team_id: "t", only_present: true })).toEqual({});
});

test("one that moves changes the places of those it passes, and of no other", () => {
  const rule = ruleFor("welcome", WORDS, "UTC");
  const those = [kept("a", 0, rule), kept("b", 1, rule), kept("c", 2, rule)];

  expect(moved(those, "c", -1).map(({ id, place }) => [id, place])).toEqual([
    ["c", 1],
    ["b", 2],
  ]);
  expect(moved(those, "a", -1)).toEqual([]);
  expect(moved(those, "c", 1)).toEqual([]);
  expect(lastPlace(those, "welcome")).toBe(3);
  expect(lastPlace(those, "away")).toBe(0);
});

test("those that were kept at one place get places of their own", () => {
  const rule = ruleFor("welcome", WORDS, "UTC");
  const those = [kept("a", 0, rule), kept("b", 0, rule)];

  expect(moved(those, "b", -1).map(({ id, place }) => [id, place])).toEqual([["a", 1]]);
});
