import { describe, expect, it } from "vitest";
import { fieldValue, snoozeTimes } from "./snooze-times";

const told = (now: Date) => snoozeTimes(now).map(({ name, at }) => `${name} ${fieldValue(at)}`);

describe("putting off", () => {
  it("is until later today, tomorrow morning, or Monday", () => {
    const friday = new Date(2026, 10, 20, 10, 12);
    expect(told(friday)).toEqual([
      "later 2026-11-20T13:30",
      "tomorrow 2026-11-21T09:00",
      "nextWeek 2026-11-23T09:00",
    ]);
  });

  it("offers no later today in the evening", () => {
    expect(told(new Date(2026, 10, 20, 19, 0))).toEqual([
      "tomorrow 2026-11-21T09:00",
      "nextWeek 2026-11-23T09:00",
    ]);
    expect(told(new Date(2026, 10, 20, 22, 0))).toHaveLength(2);
  });

  it("means next Monday on a Monday, and tomorrow on a Sunday", () => {
    expect(told(new Date(2026, 10, 23, 8, 0)).at(-1)).toBe("nextWeek 2026-11-30T09:00");
    expect(told(new Date(2026, 10, 22, 8, 0)).at(-1)).toBe("nextWeek 2026-11-23T09:00");
  });

  it("is in the morning also where a clock was changed in the night", () => {
    expect(told(new Date(2026, 2, 28, 12, 0))[1]).toBe("tomorrow 2026-03-29T09:00");
  });
});
