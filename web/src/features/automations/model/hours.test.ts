import { expect, test } from "vitest";
import { endOf, hoursInWords, isSpan, nextSpan, shownEnd, spansOf, WORKDAYS, withSpans } from "./hours";

const WEEK = withSpans([], WORKDAYS, [{ opens: "09:00", closes: "18:00" }]);

test("a day's hours are set, copied and taken away without touching the others", () => {
  const longer = withSpans(WEEK, [5], [{ opens: "10:00", closes: "14:00" }]);

  expect(spansOf(longer, 5)).toEqual([{ opens: "10:00", closes: "14:00" }]);
  expect(withSpans(longer, [5], [])).toEqual(WEEK);
});

test("days in a row that are alike are said together", () => {
  const all = withSpans(
    withSpans(WEEK, [2], []),
    [5],
    [
      { opens: "17:00", closes: "20:00" },
      { opens: "10:00", closes: "14:00" },
    ],
  );

  expect(hoursInWords(WEEK, "en")).toBe("Mon–Fri 09:00–18:00");
  expect(hoursInWords(all, "en")).toBe(
    "Mon–Tue 09:00–18:00 · Thu–Fri 09:00–18:00 · Sat 10:00–14:00, 17:00–20:00",
  );
  expect(hoursInWords([], "en")).toBe("");
});

test("midnight ends a day", () => {
  expect(endOf("00:00")).toBe("24:00");
  expect(shownEnd("24:00")).toBe("00:00");
  expect(isSpan({ opens: "20:00", closes: endOf("00:00") })).toBe(true);
  expect(isSpan({ opens: "20:00", closes: "02:00" })).toBe(false);
});

test("a further span begins after the last one and ends within the day", () => {
  expect(nextSpan([])).toEqual({ opens: "09:00", closes: "18:00" });
  expect(nextSpan([{ opens: "09:00", closes: "14:00" }])).toEqual({ opens: "16:00", closes: "19:00" });
  expect(
    nextSpan([
      { opens: "16:00", closes: "19:00" },
      { opens: "09:00", closes: "14:00" },
    ]),
  ).toEqual({ opens: "21:00", closes: "24:00" });
  expect(nextSpan([{ opens: "09:00", closes: "21:30" }])).toEqual({ opens: "22:00", closes: "24:00" });
});
