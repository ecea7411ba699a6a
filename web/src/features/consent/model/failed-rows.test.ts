import { expect, test } from "vitest";
import { failedRows, failureOf } from "./failed-rows";

test("the file of failed rows is read as the server writes it, quotes, commas and line breaks included", () => {
  const csv =
    'line,reason,detail,Nombre,Teléfono\r\n5,phone_invalid,"cut off, it has too few digits.",Carl,12\r\n' +
    '8,phone_missing,It has no phone number.,"\'=Fred ""F""\n2nd line",\r\n';

  expect(failedRows(csv)).toEqual([
    { line: 5, reason: "phone_invalid", detail: "cut off, it has too few digits.", cells: ["Carl", "12"] },
    {
      line: 8,
      reason: "phone_missing",
      detail: "It has no phone number.",
      cells: ['\'=Fred "F"\n2nd line', ""],
    },
  ]);
});

test("a list without failures has none", () => {
  expect(failedRows("line,reason,detail,phone\r\n")).toEqual([]);
  expect(failedRows("")).toEqual([]);
});

test.each([
  [
    "phone_invalid",
    "The phone number cannot be used: it has letters.",
    { key: "phone_invalid", why: "letters" },
  ],
  ["phone_missing", "It has no phone number.", { key: "phone_missing" }],
  ["date_invalid", "The date 'x' is not one.", { key: "date_invalid" }],
  ["said_no", "The person said no on 2026-11-01; a list does not …", { key: "said_no", day: "2026-11-01" }],
  ["new_reason", "In English.", { key: "other", detail: "In English." }],
])("%s has words of its own", (reason, detail, word) => {
  expect(failureOf({ reason, detail })).toEqual(word);
});
