import { describe, expect, test } from "vitest";
import {
  endOfPause,
  fieldOf,
  limitOf,
  nameOf,
  numberStatusOf,
  qualityOf,
  statusOf,
  tokenOf,
  webhookOf,
} from "./standing";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const inDays = (days: number) => new Date(NOW + days * 86_400_000).toISOString();

test("Meta's tiers are numbers of people", () => {
  expect(
    ["TIER_50", "TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"].map((tier) =>
      limitOf(tier),
    ),
  ).toEqual([50, 250, 2_000, 10_000, 100_000, Number.POSITIVE_INFINITY]);
  expect([limitOf(null), limitOf("TIER_NOT_SET")]).toEqual([null, null]);
});

test("a word of Meta's that nobody knows yet is neither good nor bad", () => {
  expect(qualityOf("TURQUOISE")).toEqual({ word: "unknown", tone: "quiet" });
  expect(nameOf("WHATEVER")).toEqual({ word: "none", tone: "quiet" });
  expect(numberStatusOf("WHATEVER")).toEqual({ word: "none", tone: "quiet" });
  expect(statusOf({ status: "pending", needs_registration: false }).tone).toBe("quiet");
});

test("a token warns a fortnight before it ends", () => {
  expect(tokenOf(null, NOW).word).toBe("endless");
  expect(tokenOf(inDays(15), NOW)).toEqual({ word: "later", tone: "good" });
  expect(tokenOf(inDays(13), NOW)).toEqual({ word: "soon", tone: "warn" });
  expect(tokenOf(inDays(-1), NOW)).toEqual({ word: "expired", tone: "bad" });
});

test("silence is only a fault once there was time to be heard", () => {
  const never = { last_webhook_at: null, created_at: inDays(-90) };
  expect(webhookOf({ ...never, facts_at: inDays(0) }, NOW).word).toBe("waiting");
  expect(webhookOf({ ...never, facts_at: inDays(-1) }, NOW)).toEqual({ word: "silent", tone: "warn" });
  const heard = (days: number) => webhookOf({ ...never, last_webhook_at: inDays(days), facts_at: null }, NOW);
  expect(heard(-1)).toEqual({ word: "heard", tone: "good" });
  expect(heard(-9)).toEqual({ word: "heard", tone: "quiet" });
});

describe("a pause ends", () => {
  const paused = (pause_cause: string | null, pause_reason = "") => endOfPause({ pause_cause, pause_reason });

  test("by itself where Meta forbids, unless the account is gone", () => {
    expect(paused("ban")).toBe("by_itself");
    expect(paused("partner_removed")).toBe("reconnect");
  });

  test("with a new token where that died, and by a person's word otherwise", () => {
    expect(paused(null, "Meta refused with code 190: ...")).toBe("reconnect");
    expect(paused(null, "Meta refused with code 200: ...")).toBe("reconnect");
    expect(paused(null, "Meta refused with code 33: ...")).toBe("reconnect");
    expect(paused(null, "Meta refused with code 131042: ...")).toBe("resume");
    expect(paused(null, "Meta refused with code 133010: ...")).toBe("register");
  });
});

test("a failed step blames the field that was typed wrong", () => {
  expect(fieldOf({ name: "token", code: "token_refused" })).toBe("access_token");
  expect(fieldOf({ name: "permissions", code: "missing_permission" })).toBe("access_token");
  expect(fieldOf({ name: "number", code: "number_not_readable" })).toBe("phone_number_id");
  expect(fieldOf({ name: "waba", code: "number_not_readable" })).toBe("waba_id");
  expect(fieldOf({ name: "waba", code: "number_not_on_waba" })).toBe("waba_id");
  expect(fieldOf({ name: "token", code: "graph_unreachable" })).toBeNull();
});
