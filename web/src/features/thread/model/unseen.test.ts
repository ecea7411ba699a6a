import { describe, expect, it } from "vitest";
import { ALL_SEEN, opening, type Unseen, unseenNow, written } from "./unseen";

/** Lower case: the person wrote it; upper case: somebody of the team; a digit: it waits to be sent. */
const said = (keys: string) =>
  [...keys].map((key) => ({
    key,
    kind: /\d/.test(key) ? ("pending" as const) : ("message" as const),
    theirs: /[a-z]/.test(key),
  }));

const there = { attentive: true, atEnd: true, newer: false };
const away = { ...there, attentive: false };
const above = { ...there, atEnd: false };
const opened = (keys: string, more: Partial<Parameters<typeof opening>[1]> = {}) =>
  opening(said(keys), { unread: 0, lastSeen: null, newer: false, ...more });

describe("the line above what is new", () => {
  it("stands nowhere while the reader is there, however much comes", () => {
    const unseen = unseenNow(opened("ab"), said("abcde"), there);
    expect(unseen).toEqual({ begins: null, seenTo: "e" });
  });

  it("stands above the first that came while they were away, and counts what the person wrote", () => {
    const left = unseenNow(opened("ab"), said("ab"), away);
    expect(left.begins).toBeNull();
    const one = unseenNow(left, said("abXc"), away);
    expect(one.begins).toEqual({ from: "c", count: 1 });
    expect(unseenNow(one, said("abXcYd"), away).begins).toEqual({ from: "c", count: 2 });
  });

  it("stays when they are back, and what they see come does not count", () => {
    let unseen = unseenNow(opened("a"), said("abc"), away);
    unseen = unseenNow(unseen, said("abc"), there);
    unseen = unseenNow(unseen, said("abcd"), there);
    expect(unseen).toEqual({ begins: { from: "b", count: 2 }, seenTo: "d" });
  });

  it("moves to what came while they were away again", () => {
    let unseen = unseenNow(opened("a"), said("abc"), away);
    unseen = unseenNow(unseen, said("abc"), there);
    unseen = unseenNow(unseen, said("abcd"), away);
    expect(unseen.begins).toEqual({ from: "d", count: 1 });
  });

  it("stays where it was where they came back and did not reach the end", () => {
    let unseen = unseenNow(opened("a"), said("abc"), away);
    unseen = unseenNow(unseen, said("abc"), above);
    unseen = unseenNow(unseen, said("abcd"), away);
    expect(unseen.begins).toEqual({ from: "b", count: 3 });
  });

  it("stands there also where something waits to be sent, which stays below all that comes", () => {
    for (const left of [unseenNow(opened("ab1"), said("ab1"), there), written(said("ab1"))])
      expect(unseenNow(left, said("abc1"), away).begins).toEqual({ from: "c", count: 1 });
  });

  it("goes when they have written", () => {
    const unseen = unseenNow(opened("a"), said("abc"), away);
    expect(unseen.begins).not.toBeNull();
    expect(written(said("abc"))).toEqual({ begins: null, seenTo: "c" });
  });

  it("begins at what nobody had read when the conversation was opened", () => {
    expect(opened("abc", { unread: 2 }).begins).toEqual({ from: "b", count: 2 });
    const unseen = unseenNow(opened("abc", { unread: 2 }), said("abcd"), away);
    expect(unseen.begins).toEqual({ from: "b", count: 3 });
  });

  it("begins at what this reader has not seen, also where a colleague has read it", () => {
    expect(opened("abXc", { lastSeen: "a" }).begins).toEqual({ from: "b", count: 2 });
    expect(opened("abXc", { lastSeen: "c" }).begins).toBeNull();
    // Marked as unread by hand.
    expect(opened("abXc", { lastSeen: "c", unread: 1 }).begins).toEqual({ from: "c", count: 1 });
    // Of long ago, and not loaded.
    expect(opened("abXc", { lastSeen: "z", unread: 1 }).begins).toEqual({ from: "c", count: 1 });
  });

  it("says how many are new also where not all of them are loaded", () => {
    const unseen = opened("abc", { unread: 700 });
    expect(unseen.begins).toEqual({ from: "a", count: 700 });
    expect(unseenNow(unseen, said("abcd"), away)).toBe(unseen);
  });

  it("is nowhere among old messages that somebody jumped to, whatever is loaded below them", () => {
    const jumped = opened("ab", { newer: true });
    expect(jumped).toEqual(ALL_SEEN);
    expect(unseenNow(jumped, said("abcd"), { ...away, newer: true })).toBe(jumped);
    expect(unseenNow(jumped, said("abcd"), away)).toBe(jumped);
  });

  it("is the same object as long as it says the same", () => {
    const seen: Unseen = unseenNow(opened("a"), said("a"), there);
    expect(unseenNow(seen, said("a"), there)).toBe(seen);
    expect(unseenNow(seen, said("a"), away)).toBe(seen);
  });
});
