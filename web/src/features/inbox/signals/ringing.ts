/** Whom a message concerns, and which of several tabs tells of it. Pure. */

import type { Annotation, Conversation, LoggedEvent, Message } from "@/shared/store/types";

export type Whose = "mine" | "all" | "off";

/** What is older came while nobody was connected: it is read, not heard. */
const NEWS = 120_000;

/** Who ends a snooze at its time. */
const SNOOZE = "system:snooze";

export interface News {
  message: Message;
  conversation: Conversation | undefined;
}

/** Return the message that an event tells of, if it is one that somebody waits to hear of. */
export function newsIn(
  event: LoggedEvent,
  known: (id: string) => Conversation | undefined,
  now: number,
): News | null {
  if (event.type !== "message_received" || now - Date.parse(event.created_at) > NEWS) return null;
  const { conversation, ...message } = event.data as Message & { conversation?: Conversation };
  if (message.standby || message.type === "system") return null; // Meta's agent answers, or it is about the person
  return { message, conversation: conversation ?? known(message.conversation_id) };
}

/** Return the note of a colleague that calls this user, if an event tells of one. */
export function mentionIn(event: LoggedEvent, me: string | null, now: number): Annotation | null {
  if (event.type !== "mention" || now - Date.parse(event.created_at) > NEWS) return null;
  const { user_id, annotation } = event.data as { user_id: string; annotation: Annotation };
  return user_id === me ? annotation : null;
}

/** A conversation that came to this user otherwise than by a message. */
export interface Handed {
  conversationId: string;
  /** A colleague gave it to them, or the time it was put off to has come. */
  why: "given" | "due";
  /** The line of the thread that tells of it. */
  lineId: string;
  author: string | null;
}

/** Return what was handed to this user, if an event tells of it. What was done by rules came with a message, which is told already. */
export function handedIn(event: LoggedEvent, me: string | null, now: number): Handed | null {
  if (event.type !== "annotation_added" || now - Date.parse(event.created_at) > NEWS) return null;
  const { id: lineId, conversation_id: conversationId, author, activity } = event.data as Annotation;
  const byHand = author?.startsWith("system:") === false && author !== `user:${me}`;
  if (activity?.type === "assigned" && activity["assignee_id"] === me && byHand)
    return { conversationId, why: "given", lineId, author };
  if (activity?.type === "state" && author === SNOOZE)
    return { conversationId, why: "due", lineId, author: null };
  return null;
}

/** Return the conversation that was read whole, wherever that was, if an event tells of one. */
export function readIn({ type, data }: LoggedEvent): string | null {
  const { id = null, unread_count } = data as Partial<Conversation>;
  return type === "conversation_updated" && unread_count === 0 ? id : null;
}

/** "Mine" are those I have and those nobody has yet: else nobody would hear somebody new. */
export function concerns(conversation: Conversation | undefined, whose: Whose, me: string | null): boolean {
  if (whose === "off" || conversation?.state === "blocked") return false;
  const assignee = conversation?.assignee_id ?? null;
  return whose === "all" || assignee === null || assignee === me;
}

export interface Claim {
  tab: string;
  /** When somebody last looked at that tab, in milliseconds since 1970. */
  seenAt: number;
}

/** Tell whether of all tabs that would ring it is this one: the one that was looked at last. */
export function rings(mine: Claim, others: readonly Claim[]): boolean {
  return others.every(
    (other) => mine.seenAt > other.seenAt || (mine.seenAt === other.seenAt && mine.tab > other.tab),
  );
}
