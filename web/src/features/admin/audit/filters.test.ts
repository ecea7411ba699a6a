import { expect, test } from "vitest";
import { filtersOf, NOTHING_CHOSEN } from "./filters";

test("without a choice messages are left out, with the choice of everything nothing is", () => {
  expect(filtersOf(NOTHING_CHOSEN)).toMatchObject({ who: null, actor: null, about: null, quiet: true });
  expect(filtersOf({ ...NOTHING_CHOSEN, about: "all" })).toMatchObject({ about: null, quiet: false });
  expect(filtersOf({ ...NOTHING_CHOSEN, about: "webhook" })).toMatchObject({
    about: "webhook",
    quiet: false,
  });
});

test("a person is an actor, people in general are not", () => {
  expect(filtersOf({ ...NOTHING_CHOSEN, who: "user:1" })).toMatchObject({ who: null, actor: "user:1" });
  expect(filtersOf({ ...NOTHING_CHOSEN, who: "people" })).toMatchObject({ who: "people", actor: null });
});

test("the last day is included to its end, over the end of a month too", () => {
  const { since, until } = filtersOf({ ...NOTHING_CHOSEN, since: "2026-10-31", until: "2026-10-31" });
  const hours = (Date.parse(until ?? "") - Date.parse(since ?? "")) / 3_600_000;
  expect([23, 24, 25]).toContain(hours); // a day may lose or gain an hour
});

test("a day that is none is not looked for", () => {
  const days = { since: "12026-10-31", until: "12026-10-31" };
  expect(filtersOf({ ...NOTHING_CHOSEN, ...days })).toMatchObject({ since: null, until: null });
});
