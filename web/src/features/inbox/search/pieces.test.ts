import { expect, it } from "vitest";
import { piecesOf } from "./pieces";

const told = (text: string, ...ranges: [number, number][]) =>
  piecesOf({ text, ranges }).map(({ text: words, marked }) => (marked ? `[${words}]` : words));

it("marks what was found", () => {
  expect(told("the order is late", [4, 9])).toEqual(["the ", "[order]", " is late"]);
  expect(told("order", [0, 5])).toEqual(["[order]"]);
  expect(told("nothing")).toEqual(["nothing"]);
});

it("counts as the API does, in which an emoji before the word is two units or more", () => {
  expect("👍🏽👩‍🚀 ".length).toBe(10);
  expect(told("👍🏽👩‍🚀 order 👍", [10, 15])).toEqual(["👍🏽👩‍🚀 ", "[order]", " 👍"]);
});

it("does not repeat what two ranges share, and does not read beyond the end", () => {
  expect(told("abcdef", [1, 4], [2, 5])).toEqual(["a", "[bcd]", "[e]", "f"]);
  expect(told("abc", [1, 9])).toEqual(["a", "[bc]"]);
});
