import { expect, test } from "vitest";
import { marks, named } from "./scale";

test("an axis has few marks, at round values, and reaches the highest", () => {
  expect(marks(0)).toEqual([0, 1]);
  expect(marks(7)).toEqual([0, 2.5, 5, 7.5]);
  expect(marks(1240)).toEqual([0, 500, 1000, 1500]);
  expect(marks(0.08).at(-1)).toBeGreaterThanOrEqual(0.08);
  expect(marks(500, { seconds: true })).toEqual([0, 300, 600]);
});

test("the last day is named, and no more than fit", () => {
  const isNamed = named(30, 6);
  const days = Array.from({ length: 30 }, (_, index) => index).filter(isNamed);
  expect(days).toEqual([4, 9, 14, 19, 24, 29]);
  expect(named(3, 6)(0)).toBe(true);
});
