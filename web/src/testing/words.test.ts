/** Every word of a catalogue is said somewhere: what no screen shows is translated three times for nobody. And it is that of its country. */

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const CATALOGUE = /catalogue\(\{\n {2}en: \{\n([\s\S]*?)\n {2}\},[\s\S]*?\n\}\);/g;
const KEY = /^ {4}(\w+)[:(]/gm;

const sources = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !/\.(test|d)\.tsx?$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), "utf8") }));
const code = sources.map(({ text }) => text.replace(CATALOGUE, "")).join("\n");
/** Whatever stands behind a dot, in quotes or before a colon there: by that a word is named, `t.hello`, or looked up, `t[greeting]`. */
const named = new Set(
  [...code.matchAll(/[."'`](\w+)|\b(\w+)\??:/g)].flatMap(([, one, other]) => one ?? other),
);

test("every word of a catalogue is said somewhere", () => {
  const words = sources.flatMap(({ file, text }) =>
    [...text.matchAll(CATALOGUE)].flatMap(([, english = ""]) =>
      [...english.matchAll(KEY)].map(([, key = ""]) => ({ file, key })),
    ),
  );
  expect(words.length).toBeGreaterThan(1_000);
  expect(words.filter(({ key }) => !named.has(key))).toEqual([]);
});

/** What is written in a language: between its name and the end of its words. */
function wordsIn(language: "es" | "pt"): string {
  const block = new RegExp(
    `\\n {2}${language}: \\{\\n([\\s\\S]*?)\\n {2}\\}|const ${language}\\b[\\s\\S]*?\\n\\};`,
    "g",
  );
  return sources.flatMap(({ text }) => [...text.matchAll(block)].map(([all]) => all)).join("\n");
}

test("Portuguese is that of Brazil", () => {
  const ofPortugal =
    /(?<!\p{L})(regist(e|o|ar)|ecrã|ficheiro|utilizador|telemóvel|ligação|contacto|noutr[oa]|equipa|partilha\p{L}*|palavra-passe|porquê)s?(?!\p{L})/giu;
  expect(wordsIn("pt").length).toBeGreaterThan(50_000);
  expect(wordsIn("pt").match(ofPortugal)).toBeNull();
});

test("Meta's things are called as Meta calls them there, and one thing by one name", () => {
  expect(wordsIn("es").length).toBeGreaterThan(50_000);
  expect(wordsIn("es").match(/WhatsApp Manager|cabecera|automatismo/gi)).toBeNull();
  expect(wordsIn("pt").match(/WhatsApp Manager|respostas? prontas?/gi)).toBeNull();
});
