import { expect, test } from "vitest";
import { before, daysOf, everyDay, lengthOf, shifted, wrongDays } from "./period";

test("a preset ends today, or yesterday, or with the month before", () => {
  expect(daysOf("7", "2026-03-03")).toEqual({ from: "2026-02-25", to: "2026-03-03" });
  expect(daysOf("yesterday", "2026-03-01")).toEqual({ from: "2026-02-28", to: "2026-02-28" });
  expect(daysOf("month", "2026-03-03")).toEqual({ from: "2026-03-01", to: "2026-03-03" });
  expect(daysOf("before", "2026-03-31")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
});

test("what is compared with is as long and ends the day before", () => {
  const days = daysOf("30", "2026-11-28");
  expect(lengthOf(days)).toBe(30);
  expect(before(days)).toEqual({ from: "2026-09-30", to: "2026-10-29" });
});

test("every day is there once, also over a change of clocks", () => {
  expect(everyDay({ from: "2026-10-24", to: "2026-10-26" })).toEqual([
    "2026-10-24",
    "2026-10-25",
    "2026-10-26",
  ]);
  expect(shifted("2026-01-01", -1)).toBe("2025-12-31");
});

test("days that will not do are told before the server is asked", () => {
  expect(wrongDays({ from: "2026-02-02", to: "2026-02-01" }, "2026-03-01")).toBe("order");
  expect(wrongDays({ from: "2026-02-02", to: "" }, "2026-03-01")).toBe("order");
  expect(wrongDays({ from: "2026-02-02", to: "2026-03-02" }, "2026-03-01")).toBe("future");
  expect(wrongDays({ from: "2025-01-01", to: "2026-03-01" }, "2026-03-01")).toBe("long");
  expect(wrongDays({ from: "2026-02-02", to: "2026-03-01" }, "2026-03-01")).toBeNull();
});
