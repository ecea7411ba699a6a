import { expect, test } from "vitest";
import { isPast, rampHours, suggestedStart } from "./timing";

const noon = new Date("2026-11-28T12:10:00Z");

test("a start is suggested at the next full hour that leaves time to look once more", () => {
  expect(suggestedStart(noon, "UTC")).toBe("2026-11-28T13:00");
  expect(suggestedStart(new Date("2026-11-28T12:45:00Z"), "UTC")).toBe("2026-11-28T14:00");
});

test("what is past is past by the zone's clock, not by the reader's", () => {
  expect(isPast("2026-11-28T13:00", "Europe/Madrid", noon)).toBe(true);
  expect(isPast("2026-11-28T13:00", "UTC", noon)).toBe(false);
});

test("a ramp-up grows hour by hour and ends with the last recipient", () => {
  expect(rampHours(100, 2, 650)).toEqual([100, 200, 350]);
  expect(rampHours(10, 1, 1000, 3)).toEqual([10, 10, 10]);
});
