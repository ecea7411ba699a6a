/** A found text in pieces, some of which are marked. Pure. */

import type { Snippet } from "../api/search";

export interface Piece {
  text: string;
  marked: boolean;
  /** Where it begins, which tells it from the others. */
  at: number;
}

/** The API counts as a text in a browser does, in UTF-16 units: an emoji is two or more. */
export function piecesOf({ text, ranges }: Snippet): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const add = (to: number, marked: boolean) => {
    if (to > at) pieces.push({ text: text.slice(at, to), marked, at });
    at = Math.max(at, to);
  };
  for (const [start, end] of [...ranges].sort((one, other) => one[0] - other[0])) {
    add(start, false);
    add(end, true);
  }
  add(text.length, false);
  return pieces;
}
