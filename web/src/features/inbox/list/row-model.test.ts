import { describe, expect, it } from "vitest";
import { conversationOf } from "@/shared/store/testing";
import type { LastMessage } from "@/shared/store/types";
import { nameOf, previewOf, timeLeft, warnsOfWindow, windowOf } from "./row-model";

const last = (change: Partial<LastMessage>): LastMessage => ({
  id: "1",
  direction: "inbound",
  type: "text",
  text: "Hello",
  status: "received",
  created_at: "2026-11-20T12:00:00Z",
  ...change,
});
const NOW = Date.parse("2026-11-20T12:00:00Z");
const inHours = (hours: number) => new Date(NOW + hours * 3_600_000).toISOString();

describe("a preview", () => {
  it("is the text, on one line", () => {
    expect(previewOf(last({ text: "  Hello\n\n  there " }))).toEqual({
      icon: null,
      text: "Hello there",
      word: null,
    });
  });

  it("names what has no words, and shows a caption where there is one", () => {
    expect(previewOf(last({ type: "image", text: null }))).toEqual({
      icon: "photo",
      text: null,
      word: "photo",
    });
    expect(previewOf(last({ type: "image", text: "My cat" }))).toMatchObject({
      icon: "photo",
      text: "My cat",
    });
    expect(previewOf(last({ type: "audio", text: null }))).toMatchObject({ icon: "voice" });
  });

  it("calls a type that nobody taught it one of another kind, whatever its name", () => {
    for (const type of ["poll", "__proto__", "constructor", "toString"]) {
      expect(previewOf(last({ type, text: null }))).toEqual({
        icon: "info",
        text: null,
        word: "unsupported",
      });
    }
  });

  it("says that a message was taken back", () => {
    expect(previewOf(last({ text: null }))).toEqual({ icon: "info", text: null, word: "gone" });
  });

  it("shows what a person chose from a list, and that we sent one", () => {
    expect(previewOf(last({ type: "interactive", text: "Tomorrow at 5" }))).toMatchObject({
      icon: null,
      text: "Tomorrow at 5",
    });
    expect(previewOf(last({ type: "interactive", text: "When?", direction: "outbound" }))).toMatchObject({
      icon: "list",
    });
  });

  it("does not pretend to know a type that it does not", () => {
    expect(previewOf(last({ type: "hologram", text: null }))).toMatchObject({ word: "unsupported" });
  });
});

describe("a name", () => {
  const contact = conversationOf(1).contact;

  it("is the best there is", () => {
    expect(nameOf({ ...contact, name: " Ana ", username: "ana" })).toBe("Ana");
    expect(nameOf({ ...contact, name: "  ", username: "ana" })).toBe("@ana");
    expect(nameOf({ ...contact, name: null, phone: "+34611000001" })).toBe("+34611000001");
    expect(nameOf({ ...contact, name: null, wa_id: "34611000001" })).toBe("+34611000001");
    expect(nameOf({ ...contact, name: null })).toBeNull();
  });
});

describe("the window", () => {
  const at = (hours: number, direction: "inbound" | "outbound" = "inbound") =>
    conversationOf(1, { window_closes_at: inHours(hours), last_message: last({ direction }) });

  it("is open until it closes, to the second", () => {
    expect(windowOf(conversationOf(1), NOW)).toBe("none");
    expect(windowOf(at(10), NOW)).toBe("open");
    expect(windowOf(at(2), NOW)).toBe("closing");
    expect(windowOf(at(0), NOW)).toBe("closed");
  });

  it("warns only where somebody waits for an answer", () => {
    expect(warnsOfWindow(at(2), NOW)).toBe(true);
    expect(warnsOfWindow(at(2, "outbound"), NOW)).toBe(false);
    expect(warnsOfWindow(at(12), NOW)).toBe(false);
    expect(warnsOfWindow({ ...at(2), state: "blocked" }, NOW)).toBe(false);
  });

  it("never promises more time than is left", () => {
    expect(timeLeft(inHours(2.99), NOW)).toEqual({ value: 2, unit: "hour" });
    expect(timeLeft(inHours(0.99), NOW)).toEqual({ value: 59, unit: "minute" });
    expect(timeLeft(inHours(-1), NOW)).toEqual({ value: 0, unit: "minute" });
  });
});
