import { expect, test } from "vitest";
import { type Condition, holds, saidAt } from "./telling";

// The server's own cases: tests/unit/test_notification_rules.py.
const DATA = {
  candidate: { phones: ["+34600000001", "+34600000002"], name: "Ana\nRuiz", age: 31, vip: true },
};

test.each<[Condition, boolean]>([
  [{ path: "$.candidate.age", test: "greater", value: 30 }, true],
  [{ path: "$.candidate.age", test: "less", value: 31 }, false],
  [{ path: "$.candidate.name", test: "less", value: 31 }, false],
  [{ path: "$.candidate.age", test: "equals", value: 31 }, true],
  [{ path: "$.candidate.vip", test: "equals", value: 1 }, false],
  [{ path: "$.candidate.vip", test: "equals", value: true }, true],
  [{ path: "$.candidate.age", test: "differs", value: 31 }, false],
  [{ path: "$.nobody", test: "differs", value: "x" }, true],
  [{ path: "$.candidate.age", test: "in", value: [1, 31] }, true],
  [{ path: "$.candidate.age", test: "in", value: [1, 2] }, false],
  [{ path: "$.candidate.name", test: "contains", value: "RUIZ" }, true],
  [{ path: "$.candidate.phones", test: "contains", value: "+34600000002" }, true],
  [{ path: "$.nobody", test: "exists" }, false],
  [{ path: "$.nobody", test: "missing" }, true],
])("%j holds: %s", (condition, met) => {
  expect(holds(condition, DATA)).toBe(met);
});

test.each([
  ["$.candidate.name", "", { text: "Ana Ruiz" }],
  ["$.candidate.age", "", { text: "31" }],
  ["$.candidate.vip", "", { text: "true" }],
  ["$.nobody", "amigo", { text: "amigo" }],
  ["$.nobody", "", { fault: "missing" }],
  ["$.nobody", "amigo\no amiga ", { text: "amigo o amiga" }],
  ["$.candidate.phones", "amigo", { fault: "unfit" }],
])("at %s stands what is said", (path, otherwise, said) => {
  expect(saidAt(DATA, path, otherwise)).toEqual(said);
});
