/**
 * Two snapshots of one thing become one, whichever came first. Pure.
 *
 * Events and answers overtake each other on their way here, so nothing rests on the order in which they arrive: a message's facts
 * only accumulate at the server, and a conversation carries the version it had.
 */

import { earlier, sortable } from "./moments";
import type { Conversation, Message, MessageStatus } from "./types";

const RANK: Record<MessageStatus, number> = {
  received: 0,
  queued: 1,
  sending: 2,
  unknown: 3,
  accepted: 4,
  sent: 5,
  failed: 6,
  delivered: 7,
  read: 8,
  played: 9,
};
const FACTS = ["accepted_at", "sent_at", "failed_at", "delivered_at", "read_at", "played_at"] as const;

/** Which members of a message its teller knows: an event about a status leaves out what does not change by it. */
export type Telling = "whole" | "status" | "reactions" | "media";

/** A message, and as of which wording its content is (an edit is told twice: by a status without content, by itself with it). */
export interface KnownMessage extends Message {
  content_as_of?: string;
}

/** Return the status to show where two are told of one message and nothing else is known. */
export function higherStatus(one: MessageStatus, other: MessageStatus): MessageStatus {
  return RANK[one] >= RANK[other] ? one : other;
}

/** Return `told` as the first thing that is known of a message. */
export function firstTold(told: Message, telling: Telling): KnownMessage {
  return telling === "whole" ? { ...told, content_as_of: wording(told) } : told;
}

/** Return what is known of a message once `told` is added to `known`. Equal to `known` (the same object) where nothing is new. */
export function mergeMessage(known: KnownMessage, told: Message, telling: Telling): KnownMessage {
  const merged: KnownMessage = { ...known };
  for (const fact of FACTS) {
    const at = earlier(known[fact], told[fact]);
    if (at !== undefined) merged[fact] = at;
  }
  mergeStatus(merged, known, told);
  mergeWords(merged, known, told, telling);
  if (telling === "whole" || telling === "reactions") {
    if (told.reactions?.length) merged.reactions = told.reactions;
    else delete merged.reactions;
  }
  mergeMedia(merged, known, told);
  for (const member of [
    "reply_to",
    "quoted",
    "standby",
    "provider_status",
    "group_id",
    "client_id",
    "sender",
  ] as const) {
    if (told[member] !== undefined && told[member] !== null)
      Object.assign(merged, { [member]: told[member] });
  }
  merged.provider_message_id = told.provider_message_id ?? known.provider_message_id;
  merged.retry_of = told.retry_of ?? known.retry_of;
  merged.retried_by = told.retried_by ?? known.retried_by;
  merged.conversation_id = told.conversation_id; // two conversations that became one: the latest word counts
  return same(merged, known) ? known : merged;
}

/** A snapshot with more facts is the newer one: the server never forgets one. Our own verdict "failed" yields to evidence that it went. */
function mergeStatus(merged: KnownMessage, known: KnownMessage, told: Message): void {
  const more = factCount(told) - factCount(known);
  const newer = more > 0 || (more === 0 && RANK[told.status] > RANK[known.status]);
  const older = more < 0 || (more === 0 && RANK[told.status] < RANK[known.status]);
  const source = newer ? told : known;
  merged.status = source.status;
  const error = source.error ?? (newer || older ? undefined : told.error);
  if (error === undefined) delete merged.error;
  else merged.error = error;
  const pricing = newer ? (told.pricing ?? known.pricing) : (known.pricing ?? told.pricing);
  if (pricing !== undefined) merged.pricing = pricing;
}

function mergeWords(merged: KnownMessage, known: KnownMessage, told: Message, telling: Telling): void {
  const [was, now] = [wording(known), wording(told)];
  if (now >= was) {
    merged.text = told.text;
    merged.type = told.type;
  }
  if (told.edited_at !== undefined && now >= was) merged.edited_at = told.edited_at;
  if (told.revoked_at !== undefined) merged.revoked_at = told.revoked_at;
  if (telling === "whole" && now >= (known.content_as_of ?? "")) {
    merged.content_as_of = now;
    for (const member of ["content", "context", "referral", "payload"] as const) {
      if (told[member] === undefined) delete merged[member];
      else merged[member] = told[member];
    }
  }
}

function mergeMedia(merged: KnownMessage, known: KnownMessage, told: Message): void {
  if (told.media === undefined) return;
  const stored = known.media?.state === "stored" && told.media.state !== "stored";
  if (!stored) merged.media = told.media;
}

function factCount(message: Message): number {
  return FACTS.reduce((count, fact) => count + (message[fact] === undefined ? 0 : 1), 0);
}

/** Return a text that grows with each edit, and is highest once the message was taken back. */
function wording(message: Message): string {
  if (message.revoked_at !== undefined) return "revoked";
  return message.edited_at === undefined ? "" : sortable(message.edited_at);
}

/**
 * Return the newer of two snapshots of a conversation. `known` (the same object) where nothing is new.
 *
 * Without versions the one that arrives later counts as the newer.
 */
export function mergeConversation(known: Conversation, told: Conversation): Conversation {
  const newer = (told.version ?? 0) >= (known.version ?? 0);
  const [base, other] = newer ? [told, known] : [known, told];
  const merged = withStatus(base, other.last_message?.id, other.last_message?.status);
  return same(merged, known) ? known : merged;
}

/** Return the conversation with what is known of the status of its last message, if `messageId` is that. */
export function withStatus(
  conversation: Conversation,
  messageId?: string,
  status?: MessageStatus,
): Conversation {
  const last = conversation.last_message;
  if (last === null || status === undefined || last.id !== messageId) return conversation;
  const higher = higherStatus(last.status, status);
  return higher === last.status
    ? conversation
    : { ...conversation, last_message: { ...last, status: higher } };
}

/** Tell whether two values of JSON are equal, whatever the order of their members. */
export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const members = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const member of members) if (!same(a[member], b[member])) return false;
  return true;
}
