/** How far a message has come, as a mark with a name: the shapes differ, so that colour is never alone. */

import type { Message, MessageStatus } from "@/shared/store/types";

export type Tick = Exclude<MessageStatus, "received">;

/** What is wrong, or worth a word, beside the mark. */
export type Trouble = "failed" | "unknown" | "held" | "paused" | null;

export function tickOf(message: Message): Tick | null {
  return message.direction === "outbound" && message.status !== "received" ? message.status : null;
}

export function troubleOf(message: Message): Trouble {
  if (message.direction !== "outbound") return null;
  if (message.status === "failed" || message.status === "unknown") return message.status;
  const isOnItsWay =
    message.status === "accepted" || message.status === "queued" || message.status === "sending";
  if (isOnItsWay && message.provider_status === "held_for_quality_assessment") return "held";
  if (isOnItsWay && message.provider_status === "paused") return "paused";
  return null;
}

/** Whether it can still be taken back: nobody has begun to send it, as where its number is paused. */
export function isWaiting(message: Message): boolean {
  return message.direction === "outbound" && message.status === "queued";
}

export type Fact =
  | "created"
  | "accepted"
  | "sent"
  | "delivered"
  | "read"
  | "played"
  | "failed"
  | "edited"
  | "revoked";

/** What is known of a message's way and when it was, in order: "message info". */
export function factsOf(message: Message): { fact: Fact; at: string }[] {
  const times: [Fact, string | undefined][] = [
    ["created", message.created_at],
    ["accepted", message.accepted_at],
    ["sent", message.sent_at],
    ["delivered", message.delivered_at],
    ["read", message.read_at],
    ["played", message.played_at],
    ["edited", message.edited_at],
    ["revoked", message.revoked_at],
    ["failed", message.failed_at],
  ];
  return times.flatMap(([fact, at]) => (at === undefined ? [] : [{ fact, at }]));
}

/** What can be done about it: a failed one is tried again, of an unknown one it must be said that it may arrive twice. */
export function remedyOf(message: Message): "retry" | "send_again" | null {
  if (message.direction !== "outbound" || message.retried_by) return null;
  if (message.status === "failed") return "retry";
  return message.status === "unknown" ? "send_again" : null;
}
