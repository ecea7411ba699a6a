import { expect, test } from "vitest";
import { COLORS, nextColor } from "./colors";

test("a new label gets a colour that no other has, while there is one", () => {
  expect(nextColor([])).toBe(COLORS[0]);
  expect(nextColor([COLORS[0], COLORS[1]])).toBe(COLORS[2]);
  expect(nextColor([...COLORS, COLORS[0]])).toBe(COLORS[1]);
});
