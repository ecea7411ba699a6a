import { expect, test } from "vitest";
import { choiceOf, daysOf, deletes } from "./retention";

test("a limit that is not among the usual ones is one's own", () => {
  expect([choiceOf(null), choiceOf(90), choiceOf(100)]).toEqual(["forever", "90", "own"]);
});

test("what is typed must be whole days within what the server takes", () => {
  expect([daysOf("own", "45"), daysOf("own", "7"), daysOf("forever", ""), daysOf("30", "")]).toEqual([
    45,
    7,
    null,
    30,
  ]);
  expect(["6", "36501", "1.5", "", "soon"].map((typed) => daysOf("own", typed))).toEqual(
    Array(5).fill(undefined),
  );
});

test("only a shorter time deletes", () => {
  expect([deletes(null, 90), deletes(365, 90)]).toEqual([true, true]);
  expect([deletes(90, 365), deletes(90, null), deletes(90, 90), deletes(null, null)]).toEqual(
    Array(4).fill(false),
  );
});
