import { describe, expect, it } from "vitest";
import { countdown, lasts, windowAt } from "./window";

const CLOSES = "2026-11-20T12:00:00Z";
const at = Date.parse(CLOSES);
const HOUR = 3_600_000;

describe("the customer service window", () => {
  it("is open until its moment, and closed at it", () => {
    expect(windowAt(CLOSES, at - 1).state).toBe("open");
    expect(windowAt(CLOSES, at).state).toBe("closed");
  });

  it("warns in its last hour", () => {
    expect(windowAt(CLOSES, at - HOUR - 1)).toMatchObject({ soon: false });
    expect(windowAt(CLOSES, at - HOUR)).toMatchObject({ soon: true });
  });

  it("was never open where the person never wrote", () => {
    expect(windowAt(null, at)).toEqual({ state: "never" });
  });

  it("promises no minute that is not there", () => {
    expect(countdown(23 * HOUR + 59 * 60_000 + 59_999)).toEqual({ hours: 23, minutes: 59, seconds: null });
    expect(countdown(60_000)).toEqual({ hours: 0, minutes: 1, seconds: null });
    expect(countdown(59_999)).toEqual({ hours: 0, minutes: 0, seconds: 59 });
    expect(countdown(0)).toEqual({ hours: 0, minutes: 0, seconds: 0 });
  });

  it("is looked at again exactly when what it shows changes", () => {
    for (const left of [10 * HOUR, 61_500, 60_001, 60_000, 59_999, 1_000, 1]) {
      const before = JSON.stringify(countdown(left));
      const wait = lasts(left);
      expect(JSON.stringify(countdown(left - wait + 1))).toBe(before);
      if (left > 1_000) expect(JSON.stringify(countdown(left - wait))).not.toBe(before);
    }
  });
});
