/**
 * The lines of a thread: messages, notes and activity in order, with the days between them, the place where the unread ones begin, and
 * runs of pictures as one grid. Pure: what a line shows is drawn from the store by its key.
 */

import type { Message } from "@/shared/store/types";
import { isSystemLine, shapeOf } from "./shape";

/** What is known of one key of the thread, as far as it decides where it stands. */
export interface Entry {
  key: string;
  at: string;
  kind: "message" | "pending" | "note" | "activity";
  /** Only of kind "message". */
  message?: Message;
}

export type Line =
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string }
  | { kind: "message" | "pending"; key: string; first: boolean; last: boolean }
  | { kind: "album"; key: string; keys: string[]; first: boolean; last: boolean }
  | { kind: "system" | "note" | "activity"; key: string };

/** Messages of one writer in quick succession belong together: one tail, one gap. */
const RUN = 5 * 60_000;
/** Pictures sent together come within moments of each other. */
const ALBUM = 90_000;
const FEWEST = 2;
const MOST = 30;

/**
 * @param entries in order.
 * @param unreadFrom the key before which the unread ones begin; null: nowhere.
 */
export function linesOf(entries: readonly Entry[], unreadFrom: string | null): Line[] {
  const lines: Line[] = [];
  let day = "";
  let index = 0;
  while (index < entries.length) {
    const entry = entries[index] as Entry;
    const today = dayOf(entry.at);
    if (today !== day) lines.push({ kind: "day", key: `day:${today}`, at: entry.at });
    day = today;
    if (entry.key === unreadFrom) lines.push({ kind: "unread", key: "unread" });
    const album = albumAt(entries, index, unreadFrom);
    const end = index + album;
    lines.push(lineOf(entries, index, end, unreadFrom));
    index = end;
  }
  return lines;
}

function lineOf(entries: readonly Entry[], index: number, end: number, unreadFrom: string | null): Line {
  const entry = entries[index] as Entry;
  if (entry.kind === "note" || entry.kind === "activity") return { kind: entry.kind, key: entry.key };
  if (entry.message && isSystemLine(shapeOf(entry.message))) return { kind: "system", key: entry.key };
  const first = entry.key === unreadFrom || !isRun(entries[index - 1], entry);
  const last = entries[end]?.key === unreadFrom || !isRun(entries[end - 1], entries[end]);
  if (end - index === 1) return { kind: entry.kind, key: entry.key, first, last };
  const keys = entries.slice(index, end).map((one) => one.key);
  return { kind: "album", key: `album:${entry.key}`, keys, first, last };
}

/** How many entries from `index` on make one line. */
function albumAt(entries: readonly Entry[], index: number, unreadFrom: string | null): number {
  const first = entries[index] as Entry;
  if (!isPicture(first)) return 1;
  let count = 1;
  for (; count < MOST; count += 1) {
    const next = entries[index + count];
    const before = entries[index + count - 1] as Entry;
    if (next === undefined || next.key === unreadFrom || !isPicture(next)) break;
    if (writerOf(next) !== writerOf(first) || dayOf(next.at) !== dayOf(first.at)) break;
    if (Date.parse(next.at) - Date.parse(before.at) > ALBUM) break;
  }
  return count >= FEWEST ? count : 1;
}

/** A picture with nothing beside it: no words, no quote, no trouble, nothing to decide. */
function isPicture({ message }: Entry): boolean {
  if (message === undefined || (message.type !== "image" && message.type !== "video")) return false;
  if (message.reply_to !== undefined || message.status === "failed" || message.status === "unknown")
    return false;
  if (
    message.context?.["forwarded"] === true ||
    message.reactions?.length ||
    message.media?.state === "failed"
  )
    return false;
  const shape = shapeOf(message);
  return shape.kind === "file" && shape.caption === null && message.edited_at === undefined;
}

function isRun(one: Entry | undefined, next: Entry | undefined): boolean {
  if (one === undefined || next === undefined) return false;
  if (writerOf(one) === null || writerOf(one) !== writerOf(next) || dayOf(one.at) !== dayOf(next.at))
    return false;
  return Date.parse(next.at) - Date.parse(one.at) <= RUN;
}

/** Who wrote it, as far as it changes the look; null for what belongs to no run. */
function writerOf(entry: Entry): string | null {
  if (entry.kind === "pending") return "me";
  const { message } = entry;
  if (message === undefined || isSystemLine(shapeOf(message))) return null;
  if (message.direction === "outbound") return `out:${message.sender ?? ""}`;
  return `in:${memberOf(message) ?? ""}`;
}

/** Which member of a group wrote an inbound message; null outside groups. */
export function memberOf(message: Message): string | null {
  if (message.group_id === undefined || message.direction === "outbound") return null;
  const from = message.payload?.["from"] ?? message.payload?.["from_user_id"];
  return typeof from === "string" ? from : null;
}

/**
 * The key before which the unread ones begin, among what is loaded.
 *
 * @param count how many messages of the person nobody has read.
 */
export function unreadFrom(entries: readonly Entry[], count: number): string | null {
  let left = count;
  let found: string | null = null;
  for (let index = entries.length - 1; index >= 0 && left > 0; index -= 1) {
    const entry = entries[index] as Entry;
    if (entry.message?.direction !== "inbound" || isSystemLine(shapeOf(entry.message))) continue;
    found = entry.key;
    left -= 1;
  }
  return found;
}

/** The calendar day of a moment in the reader's own time zone. */
export function dayOf(at: string): string {
  const day = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
