/**
 * The lines of a thread: messages, notes and activity in order, with the days between them, the place where the unread ones begin, and
 * runs of pictures as one grid. Pure: what a line shows is drawn from the store by its key.
 *
 * Ten thousand messages are arranged anew whenever one comes, so what decides is read once of each (`entryOf`) and only compared here.
 */

import type { Line as Source } from "@/shared/store/store";
import type { Message } from "@/shared/store/types";
import { isSystemLine, shapeOf } from "./shape";

/** What of a message, a pending one, a note or an activity decides where it stands and what belongs to it. */
export interface Entry {
  key: string;
  kind: "message" | "pending" | "system" | "note" | "activity";
  at: string;
  /** Milliseconds since 1970. */
  time: number;
  /** The calendar day in the reader's own time zone. */
  day: string;
  /** Who wrote it, as far as it changes the look; null for what belongs to no run. */
  writer: string | null;
  /** A picture with nothing beside it may stand in a grid with others. */
  picture: boolean;
  /** The person said it: it may be unread. */
  theirs: boolean;
}

export type Line =
  | { kind: "day"; key: string; at: string }
  | { kind: "unread"; key: string; count: number }
  | { kind: "message" | "pending"; key: string; first: boolean; last: boolean }
  | { kind: "album"; key: string; keys: readonly string[]; first: boolean; last: boolean }
  | { kind: "system" | "note" | "activity"; key: string };

/** The key before which what is new to the reader begins, and how many messages of the person that is. */
export interface Begins {
  from: string;
  count: number;
}

/** A line that is marked as found; found once more while it still is, it is marked anew. */
export type Mark = "once" | "again";

/** Messages of one writer in quick succession belong together: one corner, one gap. */
const RUN = 5 * 60_000;
/** Pictures sent together come within moments of each other. */
const ALBUM = 90_000;
const MOST = 30;

export function entryOf(key: string, source: Source): Entry {
  if (source.kind === "annotation") {
    const { created_at, kind } = source.annotation;
    return { ...placed(key, created_at), kind, writer: null, picture: false, theirs: false };
  }
  if (source.kind === "pending") {
    return {
      ...placed(key, source.pending.created_at),
      kind: "pending",
      writer: "me",
      picture: false,
      theirs: false,
    };
  }
  const { message } = source;
  const system = isSystemLine(shapeOf(message));
  return {
    ...placed(key, message.created_at),
    kind: system ? "system" : "message",
    writer: system ? null : writerOf(message),
    picture: isPicture(message),
    theirs: !system && message.direction === "inbound",
  };
}

/**
 * @param entries in order.
 * @param begins where what is new begins; null: nowhere.
 * @param older whether there is more above: what day the first belongs to is told there.
 */
export function linesOf(entries: readonly Entry[], begins: Begins | null, older = false): Line[] {
  const lines: Line[] = [];
  const unreadFrom = begins?.from ?? null;
  let day = older ? entries[0]?.day : undefined;
  let index = 0;
  while (index < entries.length) {
    const entry = entries[index] as Entry;
    if (entry.day !== day) lines.push({ kind: "day", key: `day:${entry.day}`, at: entry.at });
    day = entry.day;
    if (entry.key === begins?.from) lines.push({ kind: "unread", key: "unread", count: begins.count });
    const end = index + albumAt(entries, index, unreadFrom);
    lines.push(lineOf(entries, index, end, unreadFrom));
    index = end;
  }
  return lines;
}

function lineOf(entries: readonly Entry[], index: number, end: number, unreadFrom: string | null): Line {
  const entry = entries[index] as Entry;
  if (entry.kind !== "message" && entry.kind !== "pending") return { kind: entry.kind, key: entry.key };
  const first = entry.key === unreadFrom || !isRun(entries[index - 1], entry);
  const last = entries[end]?.key === unreadFrom || !isRun(entries[end - 1], entries[end]);
  if (end - index === 1) return { kind: entry.kind, key: entry.key, first, last };
  const keys = entries.slice(index, end).map((one) => one.key);
  return { kind: "album", key: `album:${entry.key}`, keys, first, last };
}

/** How many entries from `index` on make one line. */
function albumAt(entries: readonly Entry[], index: number, unreadFrom: string | null): number {
  const first = entries[index] as Entry;
  let count = 1;
  while (first.picture && count < MOST) {
    const before = entries[index + count - 1] as Entry;
    const next = entries[index + count];
    if (!next?.picture || next.key === unreadFrom) break;
    if (next.writer !== first.writer || next.day !== first.day || next.time - before.time > ALBUM) break;
    count += 1;
  }
  return count;
}

function isRun(one: Entry | undefined, next: Entry | undefined): boolean {
  if (one === undefined || next === undefined || one.writer === null) return false;
  return one.writer === next.writer && one.day === next.day && next.time - one.time <= RUN;
}

function isPicture(message: Message): boolean {
  if (message.type !== "image" && message.type !== "video") return false;
  if (message.reply_to !== undefined || message.edited_at !== undefined || message.referral !== undefined)
    return false;
  if (message.status === "failed" || message.status === "unknown" || message.media?.state === "failed")
    return false;
  if (message.context?.["forwarded"] === true || message.reactions?.length) return false;
  const shape = shapeOf(message);
  return shape.kind === "file" && shape.caption === null;
}

function writerOf(message: Message): string {
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
export function unreadFrom(entries: readonly Pick<Entry, "key" | "theirs">[], count: number): string | null {
  let left = count;
  let found: string | null = null;
  for (let index = entries.length - 1; index >= 0 && left > 0; index -= 1) {
    const entry = entries[index] as Pick<Entry, "key" | "theirs">;
    if (!entry.theirs) continue;
    found = entry.key;
    left -= 1;
  }
  return found;
}

/** Whether two lines are drawn alike. */
export function sameLine(one: Line, other: Line): boolean {
  if (one.key !== other.key || one.kind !== other.kind) return false;
  if ("first" in one && "first" in other && (one.first !== other.first || one.last !== other.last))
    return false;
  if (one.kind === "unread" && other.kind === "unread") return one.count === other.count;
  if (one.kind === "album" && other.kind === "album") {
    return one.keys.length === other.keys.length && one.keys.every((key, index) => key === other.keys[index]);
  }
  return true;
}

function placed(key: string, at: string): Pick<Entry, "key" | "at" | "time" | "day"> {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  return {
    key,
    at,
    time: date.getTime(),
    day: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
  };
}
