/** What is being typed at the caret that could be completed: `/` a canned reply, `:` an emoji, `@` a colleague. Pure. */

import { mentionAt } from "./mentions";

export type Completing =
  | { kind: "canned"; from: number; query: string }
  | { kind: "emoji"; from: number; query: string }
  | { kind: "mention"; from: number; query: string };

/** A `/` counts at the beginning and after a space: within a word ("y/o", an address) it is a slash. */
const CANNED = /(?:^|\s)(\/([\p{L}\p{N}_-]*))$/u;
/** Two letters at least, so that ":)" and "10:30" are left alone. */
const EMOJI = /(?:^|[\s(])(:([\p{L}\p{N}_+-]{2,}))$/u;
/** A whole `:shortcode:` becomes its emoji as soon as it is closed. */
const CODE = /(?:^|[\s(])(:([a-z0-9_+-]+):)$/;

export function completingAt(text: string, caret: number, mode: "reply" | "note"): Completing | null {
  const before = text.slice(0, caret);
  const canned = mode === "reply" ? CANNED.exec(before) : null;
  if (canned !== null)
    return { kind: "canned", from: caret - (canned[1] ?? "").length, query: canned[2] ?? "" };
  const emoji = EMOJI.exec(before);
  if (emoji !== null) return { kind: "emoji", from: caret - (emoji[1] ?? "").length, query: emoji[2] ?? "" };
  if (mode === "reply") return null;
  const mention = mentionAt(text, caret);
  return mention === null ? null : { kind: "mention", ...mention };
}

export function codeAt(text: string, caret: number): { from: number; code: string } | null {
  const match = CODE.exec(text.slice(0, caret));
  return match === null ? null : { from: caret - (match[1] ?? "").length, code: match[2] ?? "" };
}

/** The text with what stands from `from` to the caret replaced, and where the caret is then. */
export function replaced(
  text: string,
  from: number,
  caret: number,
  by: string,
): { text: string; caret: number } {
  return { text: text.slice(0, from) + by + text.slice(caret), caret: from + by.length };
}
