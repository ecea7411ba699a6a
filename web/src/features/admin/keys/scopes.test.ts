import { expect, test } from "vitest";
import { expiresAt, GRANTABLE, lifeOf, PRESETS, presetOf } from "./scopes";

const NOW = new Date("2026-11-20T12:00:00Z");

test("nothing that reaches across workspaces is offered, and nothing twice", () => {
  expect(GRANTABLE.filter((one) => one.startsWith("operations:") || one === "webhooks:replay")).toEqual([]);
  expect(new Set(GRANTABLE).size).toBe(GRANTABLE.length);
});

test("a set is named by the preset that is exactly it", () => {
  expect(presetOf(new Set(PRESETS.integrate))).toBe("integrate");
  expect(presetOf(new Set([...PRESETS.notify, "keys:read"]))).toBeNull();
  expect(presetOf(new Set())).toBeNull();
});

test("a key ends after its days, at the end of its date, or never", () => {
  expect(expiresAt("30", "", NOW)).toBe("2026-12-20T12:00:00.000Z");
  expect(expiresAt("never", "", NOW)).toBeNull();
  expect(new Date(expiresAt("date", "2027-01-31", NOW) ?? "").getDate()).toBe(31);
  expect(expiresAt("date", "12027-01-31", NOW)).toBeNull();
});

test("revoked outranks expired, and a key with an end to come lives", () => {
  const at = NOW.getTime();
  const past = "2026-01-01T00:00:00Z";
  expect(lifeOf({ expires_at: past, revoked_at: past }, at)).toBe("revoked");
  expect(lifeOf({ expires_at: past, revoked_at: null }, at)).toBe("expired");
  expect(lifeOf({ expires_at: "2027-01-01T00:00:00Z", revoked_at: null }, at)).toBe("live");
});
