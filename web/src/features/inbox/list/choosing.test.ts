import { expect, it } from "vitest";
import { NOTHING, stillThere, toggled, withRange } from "./choosing";

const IDS = ["a", "b", "c", "d"];

it("ticks and unticks", () => {
  const ticked = toggled(toggled(NOTHING, "a"), "b");
  expect([...ticked]).toEqual(["a", "b"]);
  expect([...toggled(ticked, "a")]).toEqual(["b"]);
});

it("ticks a range in either direction, beside what is ticked", () => {
  expect([...withRange(new Set(["a"]), IDS, 3, 2)].sort()).toEqual(["a", "c", "d"]);
  expect([...withRange(NOTHING, IDS, -1, 1)]).toEqual(["a", "b"]);
});

it("lets go of what left the list", () => {
  const chosen = new Set(["a", "x"]);
  expect([...stillThere(chosen, (id) => IDS.includes(id))]).toEqual(["a"]);
  const all = new Set(["a"]);
  expect(stillThere(all, () => true)).toBe(all);
});
