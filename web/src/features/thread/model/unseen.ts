/** Where what the reader has not seen begins in a thread, and how much of it the person wrote. Pure. */

import { type Begins, type Entry, unreadFrom } from "./lines";

type Said = Pick<Entry, "key" | "kind" | "theirs">;

export interface Unseen {
  /** The line that is drawn; null: none. It stays where it is until the reader writes, leaves, or has been away again. */
  begins: Begins | null;
  /** The key of the last that the reader has seen; null where that is above what they began with, or not known. */
  seenTo: string | null;
}

export interface Looking {
  /** The page is in front of the reader. */
  attentive: boolean;
  /** They stand at the end of what is here. */
  atEnd: boolean;
  /** There is more below what is here. */
  newer: boolean;
}

export const ALL_SEEN: Unseen = { begins: null, seenTo: null };

/**
 * What is unseen when a conversation is opened.
 *
 * @param unread how many messages of the person nobody in the team has read.
 * @param lastSeen the key of the last that this reader saw here before: colleagues may have read what came since.
 */
export function opening(
  entries: readonly Said[],
  { unread, lastSeen, newer }: { unread: number; lastSeen: string | null; newer: boolean },
): Unseen {
  if (newer) return ALL_SEEN;
  const since = lastSeen === null ? null : theirsAfter(entries, lastSeen);
  if (lastSeen !== null && since !== null) return { begins: since, seenTo: lastSeen };
  const from = unreadFrom(entries, unread);
  if (from !== null) return { begins: { from, count: unread }, seenTo: null };
  return { begins: null, seenTo: lastSaid(entries) };
}

/** What is unseen now that lines came or the reader looked up, looked away or moved; the same object where nothing is other. */
export function unseenNow(before: Unseen, entries: readonly Said[], looking: Looking): Unseen {
  if (looking.newer) return before;
  if (looking.attentive) {
    const seenTo = looking.atEnd ? lastSaid(entries) : before.seenTo;
    return seenTo === before.seenTo ? before : { ...before, seenTo };
  }
  const since = before.seenTo === null ? behind(entries, before.begins) : theirsAfter(entries, before.seenTo);
  if (since === null || (since.from === before.begins?.from && since.count <= before.begins.count))
    return before;
  return { ...before, begins: since };
}

/** Whoever writes has seen what stands above. */
export function written(entries: readonly Said[]): Unseen {
  return { begins: null, seenTo: lastSaid(entries) };
}

/** The key of the last line behind which what comes will stand: what waits to be sent stays below all of it. */
export function lastSaid(entries: readonly Said[]): string | null {
  return entries.findLast(({ kind }) => kind !== "pending")?.key ?? null;
}

/** What the person wrote after a line; null where that is nothing, or the line is not here. */
export function theirsAfter(entries: readonly Said[], key: string): Begins | null {
  let from: string | null = null;
  let count = 0;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index] as Said;
    if (entry.key === key) return from === null ? null : { from, count };
    if (!entry.theirs) continue;
    from = entry.key;
    count += 1;
  }
  return null;
}

/** As it began, with all that the person wrote from there on. */
function behind(entries: readonly Said[], begins: Begins | null): Begins | null {
  if (begins === null) return null;
  const after = theirsAfter(entries, begins.from);
  return { from: begins.from, count: 1 + (after?.count ?? 0) };
}
