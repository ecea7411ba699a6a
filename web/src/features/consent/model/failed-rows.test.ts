import { expect, test } from "vitest";
import { failedRows, failureOf } from "./failed-rows";

test("the file of failed rows is read as the server writes it, quotes, commas and line breaks included", () => {
  const csv =
    'line,reason,about,detail,Nombre,Teléfono\r\n5,phone_invalid,short,"cut off, it has too few digits.",Carl,12\r\n' +
    '8,phone_missing,,It has no phone number.,"\'=Fred ""F""\n2nd line",\r\n';

  expect(failedRows(csv)).toEqual([
    {
      line: 5,
      reason: "phone_invalid",
      about: "short",
      detail: "cut off, it has too few digits.",
      cells: ["Carl", "12"],
    },
    {
      line: 8,
      reason: "phone_missing",
      about: "",
      detail: "It has no phone number.",
      cells: ['\'=Fred "F"\n2nd line', ""],
    },
  ]);
});

test("a file from before it said what a reason is about is read as well", () => {
  expect(failedRows("line,reason,detail,phone\r\n2,phone_invalid,Too short.,12\r\n")).toEqual([
    { line: 2, reason: "phone_invalid", about: "", detail: "Too short.", cells: ["12"] },
  ]);
});

test("a list without failures has none", () => {
  expect(failedRows("line,reason,about,detail,phone\r\n")).toEqual([]);
  expect(failedRows("")).toEqual([]);
});

test.each([
  ["phone_invalid", "letters", { key: "phone_invalid", why: "letters" }],
  ["phone_missing", "", { key: "phone_missing" }],
  ["date_invalid", "", { key: "date_invalid" }],
  ["erased", "", { key: "erased" }],
  ["said_no", "2026-11-01", { key: "said_no", day: "2026-11-01" }],
  ["said_no", "", { key: "said_no", day: null }],
  ["new_reason", "", { key: "other", detail: "In English." }],
])("%s (%s) has words of its own", (reason, about, word) => {
  expect(failureOf({ reason, about, detail: "In English." })).toEqual(word);
});
