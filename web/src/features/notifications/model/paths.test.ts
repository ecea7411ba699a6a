import { expect, test } from "vitest";
import { leavesOf, pathOf, put, stepsOf, valueAt } from "./paths";

// These cases are the server's own: tests/unit/test_notification_rules.py.
const DATA = {
  candidate: {
    phones: ["+34600000001", "+34600000002"],
    name: "Ana\nRuiz",
    "first name": "Ana",
    age: 31,
    vip: true,
  },
};

test.each([
  ["$", DATA],
  ["$.candidate.phones[0]", "+34600000001"],
  ["$.candidate.phones[-1]", "+34600000002"],
  ["$.candidate['first name']", "Ana"],
  ['$["candidate"].age', 31],
  ["$.candidate.phones[2]", null],
  ["$.candidate.phones[-3]", null],
  ["$.candidate.phones.length", null],
  ["$.nobody.at.all", null],
  ["$.candidate[0]", null],
])("the path %s names one value or none", (path, value) => {
  expect(valueAt(DATA, path)).toEqual(value);
});

test.each([
  "",
  "candidate",
  "$candidate",
  "$.",
  "$..a",
  "$[*]",
  "$.a[?(@.b)]",
  "$.a[1:2]",
  "$['a",
  "$.a b",
  `$${".a".repeat(300)}`,
])("%s is no path", (path) => {
  expect(stepsOf(path)).toBeNull();
});

test("what is clicked on leads back to its value", () => {
  const odd = { ...DATA, "it's": [{ 'say "hi"': 1 }], año: { "0": null }, __proto__x: "y" };
  const leaves = leavesOf(odd);

  expect(leaves.map(({ path }) => path)).toContain("$.candidate['first name']");
  expect(leaves).toHaveLength(9);
  for (const { path, value } of leaves) expect(valueAt(odd, path)).toBe(value);
  expect(leaves.find(({ path }) => path === "$.candidate.phones[1]")?.name).toBe("phones");
});

test("a name that no path can have is not offered", () => {
  expect(pathOf(["a'b\"c"])).toBeNull();
  expect(pathOf([""])).toBeNull();
  expect(leavesOf({ "back\\slash": 1, fine: 2 }).map(({ path }) => path)).toEqual(["$.fine"]);
});

test("a sample is built from the paths that lead into it", () => {
  const made: Record<string, unknown> = {};
  put(made, "$.candidate.phones[0]", "+34");
  put(made, "$.candidate.name", "Ana");
  put(made, "$.candidate.name", "Eva");
  put(made, "$.candidate.name.first", "never");
  put(made, "$.days[-1]", "lunes");

  expect(made).toEqual({ candidate: { phones: ["+34"], name: "Ana" }, days: ["lunes"] });
});
