/** What a row of the list says of a conversation. Pure. */

import { own } from "@/shared/lib/own";
import type { ContactSummary, Conversation, LastMessage } from "@/shared/store/types";

/** What stands before the words of a preview: the kind of thing it is. */
export type PreviewIcon =
  | "photo"
  | "video"
  | "voice"
  | "document"
  | "sticker"
  | "place"
  | "contact"
  | "template"
  | "list"
  | "order"
  | "info";

export type PreviewWord = PreviewIcon | "gone" | "unsupported" | "reaction";

export interface Preview {
  icon: PreviewIcon | null;
  /** What was written; null where the kind alone says it. */
  text: string | null;
  word: PreviewWord | null;
}

const KINDS: Record<string, PreviewIcon> = {
  image: "photo",
  video: "video",
  audio: "voice",
  voice: "voice",
  document: "document",
  sticker: "sticker",
  location: "place",
  contacts: "contact",
  template: "template",
  interactive: "list",
  order: "order",
  system: "info",
};
/** Types whose words stand for themselves. */
const PLAIN = new Set(["text", "button", "interactive_reply", "request_welcome"]);

export function previewOf(last: LastMessage): Preview {
  const text = oneLine(last.text);
  if (PLAIN.has(last.type))
    return text ? { icon: null, text, word: null } : { icon: "info", text: null, word: "gone" };
  if (last.type === "reaction") return { icon: null, text, word: "reaction" };
  // A list that a person chose from is told by what they chose.
  if (last.type === "interactive" && last.direction === "inbound" && text)
    return { icon: null, text, word: null };
  const icon = own(KINDS, last.type);
  if (!icon) return { icon: "info", text, word: "unsupported" };
  return { icon, text, word: icon };
}

/** Return text as it fits into a row: line breaks are spaces, and nobody reads beyond a few words. */
export function oneLine(text: string | null): string | null {
  const line = text?.slice(0, 300).replace(/\s+/g, " ").trim();
  return line || null;
}

/** Return what a person is called: their name, or the best there is of them; null where nothing is known. */
export function nameOf(contact: ContactSummary): string | null {
  if (contact.name?.trim()) return contact.name.trim();
  if (contact.username) return `@${contact.username}`;
  return contact.phone ?? (contact.wa_id ? `+${contact.wa_id}` : null);
}

export type Window = "none" | "open" | "closing" | "closed";

export const CLOSING_SOON = 4 * 3_600_000;

/** Return how the customer service window stands: a warning is due while somebody waits for an answer and it is about to close. */
export function windowOf(conversation: Conversation, now: number): Window {
  if (conversation.window_closes_at === null) return "none";
  const left = Date.parse(conversation.window_closes_at) - now;
  if (left <= 0) return "closed";
  return left <= CLOSING_SOON ? "closing" : "open";
}

/** Tell whether the row warns of the window: only where the person has the last word and we may lose the right to answer. */
export function warnsOfWindow(conversation: Conversation, now: number): boolean {
  const waits = conversation.last_message?.direction === "inbound" && conversation.state !== "blocked";
  return waits && windowOf(conversation, now) === "closing";
}

/** Hours or minutes that are left, rounded down: "3 h" must not mean two. */
export function timeLeft(closesAt: string, now: number): { value: number; unit: "hour" | "minute" } {
  const minutes = Math.max(0, Math.floor((Date.parse(closesAt) - now) / 60_000));
  return minutes >= 60
    ? { value: Math.floor(minutes / 60), unit: "hour" }
    : { value: minutes, unit: "minute" };
}
