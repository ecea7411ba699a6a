import { expect, test } from "vitest";
import type { Kept, Ledger } from "../api/consent";
import { ownNo, wordOn } from "./standing";

const line = (category: Kept["category"], state: Kept["state"], at: string): Kept => ({
  id: at,
  contact_id: "c",
  category,
  state,
  source: "recorded",
  proof: "On the phone",
  message_id: null,
  import_id: null,
  actor: "user:1",
  at,
  created_at: at,
});
const ledger = (...items: Kept[]): Ledger => ({
  contact_id: "c",
  standing: { marketing: null, utility: null, all: null },
  items,
});

test("the latest word about a category or about everything counts", () => {
  const told = ledger(line("marketing", "in", "2026-03-01"), line("all", "out", "2026-01-01"));

  expect(wordOn("marketing", told)?.at).toBe("2026-03-01");
  expect(wordOn("utility", told)?.state).toBe("out");
  expect(wordOn("marketing", ledger())).toBeNull();
});

test("a yes that goes against somebody's no is told", () => {
  const told = ledger(line("marketing", "in", "2026-03-01"), line("all", "out", "2026-01-01"));

  expect(ownNo("marketing", told)).toBeNull();
  expect(ownNo("all", told)?.at).toBe("2026-01-01");
  expect(ownNo("utility", told)?.state).toBe("out");
});
