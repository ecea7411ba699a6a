import { expect, it } from "vitest";
import { type Seen, shiftOf } from "./anchoring";

const seen: Seen[] = ["k", "l", "m", "n", "o"].map((id, index) => ({ id, index: index + 10 }));
const among =
  (...ids: string[]) =>
  (id: string) =>
    ids.indexOf(id);
const above = (count: number) => Array.from({ length: count }, (_, index) => `above ${index}`);

it("is how many came in above", () => {
  expect(shiftOf(seen, among(...above(12), "k", "l", "m", "n", "o"))).toBe(2);
});

it("does not follow one that moved to the top", () => {
  expect(shiftOf(seen, among("m", ...above(10), "k", "l", "n", "o"))).toBe(1);
});

it("does not mind those that left", () => {
  expect(shiftOf(seen, among(...above(9), "n", "o"))).toBe(-4);
  expect(shiftOf(seen, () => -1)).toBe(0);
  expect(shiftOf([], () => 3)).toBe(0);
});
