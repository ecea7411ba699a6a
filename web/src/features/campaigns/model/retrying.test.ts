import { expect, test } from "vitest";
import { helpsToRetry } from "./retrying";

test.each([
  ["throttled", 130429, true],
  ["template", 132015, true],
  ["template", null, true],
  ["template", 132016, false],
  ["recipient", 131026, false],
])("who failed for %s (%s) is offered another try: %s", (kind, code, offered) => {
  expect(helpsToRetry({ kind, code })).toBe(offered);
});
