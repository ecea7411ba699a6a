import { expect, test } from "vitest";
import { daysOf } from "./days";

test("entries stand under their day, in their order, and each day once in a row", () => {
  const rows = ["2026-11-20T09:00", "2026-11-20T08:00", "2026-11-19T23:00"].map((at) => ({ at }));
  expect(daysOf(rows, (at) => at.slice(0, 10))).toEqual([
    { day: "2026-11-20", rows: [rows[0], rows[1]] },
    { day: "2026-11-19", rows: [rows[2]] },
  ]);
  expect(daysOf([], () => "")).toEqual([]);
});
