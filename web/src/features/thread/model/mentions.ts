/** Colleagues named in a note: `@Ana Ruiz`. Pure. */

export interface Mentionable {
  id: string;
  name: string;
}

export interface Part {
  text: string;
  /** Who is named; null for the words between. */
  id: string | null;
}

/** Those whose names stand in the text, with an @: what is posted beside it. */
export function mentionedIn(text: string, people: readonly Mentionable[]): string[] {
  return [...new Set(mentionsIn(text, people).flatMap((part) => part.id ?? []))];
}

/** The text cut at the names; of two that fit the longer one is meant. */
export function mentionsIn(text: string, people: readonly Mentionable[]): Part[] {
  const longestFirst = [...people]
    .filter((one) => one.name !== "")
    .sort((one, other) => other.name.length - one.name.length);
  const parts: Part[] = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const found = text[at] === "@" ? longestFirst.find((one) => isNamed(text, at, one.name)) : undefined;
    if (found === undefined) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain) parts.push({ text: plain, id: null });
    plain = "";
    parts.push({ text: text.slice(at, at + found.name.length + 1), id: found.id });
    at += found.name.length + 1;
  }
  if (plain || parts.length === 0) parts.push({ text: plain, id: null });
  return parts;
}

function isNamed(text: string, at: number, name: string): boolean {
  const end = at + 1 + name.length;
  if (text.slice(at + 1, end).toLocaleLowerCase() !== name.toLocaleLowerCase()) return false;
  return !/[\p{L}\p{N}]/u.test(text[end] ?? " ") && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
}

/** What is being typed after an @ before the caret, or null where no name is. */
export function mentionAt(text: string, caret: number): { from: number; query: string } | null {
  const match = /(?:^|[\s(])@([\p{L}\p{N}'.-]*(?: [\p{L}\p{N}'.-]*)?)$/u.exec(text.slice(0, caret));
  if (match === null) return null;
  const query = match[1] ?? "";
  return { from: caret - query.length - 1, query };
}
