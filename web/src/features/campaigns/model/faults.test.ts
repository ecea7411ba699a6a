import { expect, test } from "vitest";
import { faultOf } from "./faults";

test.each([
  ["phone_missing", "", { key: "phone_missing" }],
  ["phone_invalid", "short", { key: "phone_invalid", why: "short" }],
  ["phone_invalid", "country", { key: "phone_invalid", why: "country" }],
  ["phone_invalid", "something new", { key: "phone_invalid", why: "none" }],
  ["variable_missing", "nombre", { key: "variable_missing", variable: "nombre" }],
  ["variable_not_one_line", "nombre", { key: "variable_not_one_line", variable: "nombre" }],
  ["variable_too_long", "nombre", { key: "variable_too_long", variable: "nombre" }],
  ["duplicate", "2", { key: "duplicate_line", line: "2" }],
  ["duplicate", "", { key: "duplicate_person" }],
  ["gone_mad", "", { key: "other", detail: "what is this" }],
])("%s (%s) has words of its own", (reason, about, words) => {
  expect(faultOf({ reason, about, detail: "what is this" })).toEqual(words);
});
