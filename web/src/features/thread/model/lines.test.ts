import { describe, expect, it } from "vitest";
import { messageOf, uuid } from "@/shared/store/testing";
import type { Message } from "@/shared/store/types";
import { type Entry, entryOf, linesOf, unreadFrom } from "./lines";

let number = 0;

/** A message `seconds` after noon, local time, so that the day is the same in every time zone. */
function said(seconds: number, more: Partial<Message> = {}): Entry {
  number += 1;
  const created_at = new Date(2026, 10, 20, 12, 0, seconds).toISOString();
  const message = messageOf(number, uuid(1), { created_at, content: { kind: "text", body: "x" }, ...more });
  return entryOf(message.id, { kind: "message", message });
}

const photo = (seconds: number, more: Partial<Message> = {}) =>
  said(seconds, { type: "image", content: { kind: "media" }, media: { state: "stored" }, ...more });
const ours = { direction: "outbound", status: "sent", sender: "user:a" } as const;

const kinds = (entries: Entry[], unread: string | null = null, older = false) =>
  linesOf(entries, unread === null ? null : { from: unread, count: 2 }, older).map((line) => line.kind);

describe("the lines of a thread", () => {
  it("have a day before the first message of each", () => {
    expect(kinds([said(0), said(10), said(86_400)])).toEqual(["day", "message", "message", "day", "message"]);
  });

  it("leave the day of the first to who loads what is above it", () => {
    expect(kinds([said(0), said(86_400)], null, true)).toEqual(["message", "day", "message"]);
  });

  it("join one writer's messages in quick succession", () => {
    const lines = linesOf([said(0), said(60), said(600), said(610, ours)], null);
    expect(lines.map((line) => ("first" in line ? [line.first, line.last] : null))).toEqual([
      null,
      [true, false],
      [false, true],
      [true, true],
      [true, true],
    ]);
  });

  it("make one grid of pictures in a row", () => {
    expect(kinds([photo(0), photo(10), photo(20), said(30)])).toEqual(["day", "album", "message"]);
  });

  it.each([
    ["with a caption", { content: { kind: "media", caption: "mira" } }],
    ["that answers something", { reply_to: "wamid.1" }],
    ["somebody reacted to", { reactions: [{ who: "us", emoji: "👍", at: "" }] }],
    ["whose file is missing", { media: { state: "failed" as const } }],
    ["that was taken back", { revoked_at: "2026-11-20T12:00:00Z" }],
  ])("leave a picture %s by itself", (_, more) => {
    expect(kinds([photo(0), photo(10, more), photo(20)])).not.toContain("album");
  });

  it("make no grid of two writers' pictures, nor over a pause", () => {
    expect(kinds([photo(0), photo(10, ours)])).not.toContain("album");
    expect(kinds([photo(0), photo(200)])).not.toContain("album");
  });

  it("begin the unread ones with a line, also within a run and a grid", () => {
    const entries = [photo(0), photo(10), photo(20), photo(30)];
    const from = unreadFrom(entries, 2);
    expect(from).toBe(entries[2]?.key);
    expect(kinds(entries, from)).toEqual(["day", "album", "unread", "album"]);
  });

  it("count as unread only what the person wrote", () => {
    const entries = [
      said(0),
      said(10, ours),
      said(20),
      said(30, { type: "system", content: { kind: "system" } }),
    ];
    expect(unreadFrom(entries, 2)).toBe(entries[0]?.key);
    expect(unreadFrom(entries, 0)).toBeNull();
    expect(unreadFrom(entries, 99)).toBe(entries[0]?.key);
  });

  it("arrange ten thousand messages in no time", () => {
    const entries = Array.from({ length: 10_000 }, (_, n) => said(n * 30, n % 3 ? {} : ours));
    linesOf(entries, null);
    const began = performance.now();
    linesOf(entries, null);
    expect(performance.now() - began).toBeLessThan(200);
  });
});
