import { expect, test } from "vitest";
import { faultOf } from "./faults";

test.each([
  ["phone_missing", "it has no phone number", { key: "phone_missing" }],
  ["phone_invalid", "it has too few digits", { key: "phone_invalid", why: "short" }],
  ["phone_invalid", "no country has that code", { key: "phone_invalid", why: "country" }],
  ["phone_invalid", "it is no phone number", { key: "phone_invalid", why: "none" }],
  ["variable_missing", "it has no value for nombre", { key: "variable_missing", variable: "nombre" }],
  [
    "variable_unfit",
    "nombre holds a line break, a tab or more than four spaces in a row",
    { key: "variable_gaps", variable: "nombre" },
  ],
  ["variable_unfit", "nombre is too long", { key: "variable_long", variable: "nombre" }],
  ["duplicate", "the same number as line 2", { key: "duplicate_line", line: 2 }],
  ["duplicate", "already in the campaign", { key: "duplicate_person" }],
  ["gone_mad", "what is this", { key: "other", detail: "what is this" }],
])("%s (%s) has words of its own", (reason, detail, words) => {
  expect(faultOf({ reason, detail })).toEqual(words);
});
