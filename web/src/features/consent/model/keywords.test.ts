import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { Said } from "../api/consent";
import { changed, clashes, folded, keywordIn, wordsIn } from "./keywords";

const CASES = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../../../../tests/unit/keywords.json"), "utf8"),
) as { text: string; state: "in" | "out" | null }[];

const NO: Said = {
  words: ["STOP", "BAJA", "SALIR", "PARAR", "CANCELAR", "UNSUBSCRIBE", "SAIR"],
  state: "out",
  about: "all",
  answer: null,
};
const YES: Said = { words: ["START", "ALTA"], state: "in", about: "all", answer: null };

test.each(CASES)("“$text” says what the server hears in it", ({ text, state }) => {
  expect(keywordIn(text, [NO, YES])?.state ?? null).toBe(state);
});

test("where a yes and a no meet, it is the no", () => {
  expect(keywordIn("alta", [YES, { ...NO, words: ["ALTA"] }])?.state).toBe("out");
});

test("letters that have no case of their own are compared all the same", () => {
  expect(folded("Straße")).toBe(folded("STRASSE"));
});

test("a word of another rule clashes with it, and so does one of which nothing is left", () => {
  expect(clashes(["¡Alta!", "Sí", "…"], [YES, NO])).toEqual(["¡Alta!", "…"]);
});

test("a rule is changed where it stands, added at the end, and taken out", () => {
  const more = { ...YES, words: ["SÍ"] };

  expect(changed([YES, NO], YES, more)).toEqual([more, NO]);
  expect(changed([YES, NO], null, more)).toEqual([YES, NO, more]);
  expect(changed([YES, NO], NO, null)).toEqual([YES]);
});

test("what a colleague did meanwhile stays, and nobody's rule is hit by mistake", () => {
  const theirs = { ...YES, words: ["QUIERO"] };

  expect(changed([theirs, NO], YES, { ...YES, words: ["SÍ"] })).toEqual([
    theirs,
    NO,
    { ...YES, words: ["SÍ"] },
  ]);
  expect(changed([theirs, NO], YES, null)).toEqual([theirs, NO]);
});

test("words are told apart by commas and lines, each once whatever its accents", () => {
  expect(wordsIn(" Baja, STOP;no más\nbája, ")).toEqual(["Baja", "STOP", "no más"]);
});
