/** A message in a few words: in a quote, in the line of an announcement, in the bar above the field. Pure. */

import type { Message } from "@/shared/store/types";
import { plainOf } from "@/shared/whatsapp/formatting";
import { type Shape, shapeOf } from "./shape";

/** The key of the word for a kind of message (`t.type`), and what can be read of it. */
export interface Summary {
  type:
    | "text"
    | "image"
    | "video"
    | "audio"
    | "voice"
    | "document"
    | "sticker"
    | "location"
    | "contacts"
    | "interactive"
    | "template"
    | "order"
    | "reply"
    | "flow_reply"
    | "reaction"
    | "call"
    | "call_permission"
    | "system"
    | "unsupported"
    | "welcome"
    | "revoked"
    | "other";
  words: string | null;
}

const LONGEST = 300;

export function summaryOf(message: Message): Summary {
  const { type, words } = summary(shapeOf(message), message);
  const plain = words === null ? null : plainOf(words.slice(0, LONGEST * 2)).slice(0, LONGEST);
  return { type, words: plain === "" ? null : plain };
}

function summary(shape: Shape, message: Message): Summary {
  switch (shape.kind) {
    case "text":
      return { type: "text", words: shape.body };
    case "file":
      return {
        type: shape.voice ? "voice" : shape.file,
        words: shape.caption ?? (shape.file === "document" ? shape.filename : null) ?? message.text,
      };
    case "location":
      return { type: "location", words: shape.place.name ?? shape.place.address };
    case "contacts":
      return { type: "contacts", words: shape.cards.flatMap((card) => card.name ?? []).join(", ") };
    case "reply":
      return { type: "reply", words: shape.title };
    case "interactive":
      return { type: "interactive", words: shape.sent.body };
    case "template":
      return { type: "template", words: message.text ?? shape.name };
    case "order":
      return { type: "order", words: shape.text };
    case "reaction":
      return { type: "reaction", words: shape.emoji };
    case "other":
      return { type: "other", words: shape.text };
    default:
      return { type: shape.kind, words: null };
  }
}

/** A quoted message that is known only by its quote. */
export function messageOfQuoted(message: Message): Message | null {
  const { quoted } = message;
  if (quoted === undefined) return null;
  return {
    ...quoted,
    conversation_id: message.conversation_id,
    connection_id: message.connection_id,
    status: quoted.direction === "inbound" ? "received" : "sent",
    provider_message_id: message.reply_to ?? null,
  };
}
