import { expect, test, vi } from "vitest";
import { formatOf, plural } from "./format";

const en = formatOf("en", ["en-GB"]);
const es = formatOf("es", ["es-ES"]);
const now = new Date(2026, 10, 28, 15, 30).getTime(); // a Saturday
const at = (day: number, hour = 9, month = 10) => new Date(2026, month, day, hour, 5).getTime();

test("the time of a row is as short as it can be and still be clear", () => {
  expect(en.brief(at(28), now)).toBe("09:05");
  expect(en.brief(at(27, 23), now)).toBe("yesterday");
  expect(en.brief(at(24), now)).toBe("Tue");
  expect(es.brief(at(1), now)).toBe("1 nov");
  expect(en.brief(new Date(2025, 10, 28).getTime(), now)).toBe("28 Nov 2025");
});

test("a day is called by its name while everybody knows which one is meant", () => {
  expect(en.day(at(28), now)).toBe("Today");
  expect(es.day(at(27), now)).toBe("Ayer");
  expect(en.day(at(24), now)).toBe("Tuesday");
  expect(en.day(at(3), now)).toBe("3 November");
});

test("what is long ago has a date instead of a number of days", () => {
  expect(en.relative(now - 4 * 60_000, now)).toBe("4 minutes ago");
  expect(en.relative(now + 2 * 3_600_000, now)).toBe("in 2 hours");
  expect(en.relative(at(3, 9, 5), now)).toBe("3 Jun 2026");
});

test("when something will happen has its day and its time, today too", () => {
  expect(en.dateTime(at(28, 18))).toBe("28 Nov 2026, 18:05");
  expect(es.dateTime(at(1))).toBe("1 nov 2026, 9:05");
});

test("sizes and spans are written as people read them", () => {
  expect(en.bytes(999)).toBe("999 B");
  expect(es.bytes(1_400_000)).toBe("1,4 MB");
  expect(en.duration(187)).toBe("3:07");
});

test("a count takes the form its language has for it", () => {
  expect(plural("es", 1, { one: "# mensaje", other: "# mensajes" })).toBe("1 mensaje");
  expect(plural("pt", 12, { one: "# mensagem", other: "# mensagens" })).toBe("12 mensagens");
});

test("a count is written as every other number is: as in the reader's region", () => {
  for (const languages of [["es-MX"], ["es-ES"], ["de-DE"]]) {
    vi.stubGlobal("navigator", { languages });
    const said = plural("es", 12_345, { one: "# persona", other: "# personas" });
    expect(said).toBe(`${formatOf("es").number(12_345)} personas`);
  }
  expect(formatOf("es", ["es-MX"]).number(12_345)).toBe("12,345");
});
