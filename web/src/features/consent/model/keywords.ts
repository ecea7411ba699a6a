/** Keywords as the server compares them (curbe/consent/rules.py); both are held to tests/unit/keywords.json. Pure. */

import type { Said } from "../api/consent";

export const LONGEST_WORD = 60;
export const MOST_WORDS = 50;
export const MOST_RULES = 20;

/** A message without its case, accents, punctuation and the spaces around it. */
export function folded(text: string): string {
  const bare = text.normalize("NFKD").replace(/\p{M}/gu, "");
  // Up and down again: ß, which is SS, and the Greek sigmas end up alike.
  return bare
    .toUpperCase()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** What a message says where it is a keyword and nothing else; where two meet, the no. */
export function keywordIn(text: string, rules: readonly Said[]): Said | null {
  if ([...text].length > LONGEST_WORD) return null;
  const said = folded(text);
  if (said === "") return null;
  const meant = rules.filter((one) => one.words.some((word) => folded(word) === said));
  return meant.find((one) => one.state === "out") ?? meant[0] ?? null;
}

/** The words of a rule that another one has too, and those of which nothing is left when they are compared. */
export function clashes(words: readonly string[], others: readonly Said[]): string[] {
  const theirs = new Set(others.flatMap((one) => one.words.map(folded)));
  return words.filter((word) => folded(word) === "" || theirs.has(folded(word)));
}

/** The rules with one changed, added (nothing before) or taken out (nothing after). One that a colleague took out comes back. */
export function changed(rules: readonly Said[], before: Said | null, after: Said | null): Said[] {
  const place = before === null ? -1 : rules.findIndex((one) => isSame(one, before));
  const kept = rules.filter((_, index) => index !== place);
  if (after === null) return kept;
  return place < 0 ? [...kept, after] : [...kept.slice(0, place), after, ...kept.slice(place)];
}

export function isSame(one: Said, other: Said): boolean {
  return (
    one.state === other.state &&
    (one.about ?? "all") === (other.about ?? "all") &&
    (one.answer ?? null) === (other.answer ?? null) &&
    one.words.join("\n") === other.words.join("\n")
  );
}

/** What was typed as words: apart by commas, semicolons or lines, each once. */
export function wordsIn(typed: string): string[] {
  const seen = new Set<string>();
  return typed
    .split(/[,;\n]/)
    .map((word) => word.trim())
    .filter((word) => {
      const key = folded(word) || word;
      if (word === "" || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}
