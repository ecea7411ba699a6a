/** What is done with a message that the server has, each by a request of its own. */

import { call } from "@/shared/api/client";
import type { Annotation, Message, Page } from "@/shared/store/types";

export interface Sent {
  id: string;
  status: string;
  conversation_id: string;
}

export interface Revision {
  kind: "original" | "edit" | "revoke";
  type: string;
  text: string | null;
  at: string;
}

const messages = (tenantId: string) => `/api/tenants/${tenantId}/whatsapp/messages`;
const conversation = (tenantId: string, id: string) => `/api/tenants/${tenantId}/inbox/conversations/${id}`;

/** Sends a failed message once more, as a new one; asking twice sends once. */
export function retry(tenantId: string, message: Message): Promise<Sent> {
  return call("POST", `${messages(tenantId)}/${message.id}/retry`);
}

/** Sends one again of which nobody knows whether it was taken: the person may get it twice. */
export function sendAgain(tenantId: string, message: Message): Promise<Sent> {
  return call("POST", `${messages(tenantId)}/${message.id}/send-again`);
}

/** Takes back one that nobody has begun to send: it has failed then, and can be sent again. */
export function takeBack(tenantId: string, message: Message): Promise<Sent> {
  return call("POST", `${messages(tenantId)}/${message.id}/cancel`);
}

/** Asks Meta once more for a message's file. */
export function fetchAgain(tenantId: string, message: Message): Promise<void> {
  return call("POST", `/api/tenants/${tenantId}/media/messages/${message.id}/fetch`);
}

export function revisions(tenantId: string, message: Message): Promise<Revision[]> {
  return call("GET", `${conversation(tenantId, message.conversation_id)}/messages/${message.id}/revisions`);
}

/** The message as lists tell it, with what it quotes; null where it is gone. */
export async function withQuote(tenantId: string, message: Message): Promise<Message | null> {
  const path = `${conversation(tenantId, message.conversation_id)}/messages`;
  const page = await call<Page<Message>>("GET", path, { query: { around: message.id, limit: 1 } });
  return page.items.find((one) => one.id === message.id) ?? null;
}

export interface NewNote {
  body: string;
  /** The users it calls, by their ids. */
  mentions: readonly string[];
}

/** Writes a note; with the same key again, it is answered with the one that stands there. */
export function addNote(
  tenantId: string,
  conversationId: string,
  note: NewNote,
  key: string,
): Promise<Annotation> {
  const headers = { "Idempotency-Key": key };
  return call("POST", `${conversation(tenantId, conversationId)}/notes`, { body: note, headers });
}

export function deleteNote(tenantId: string, note: Annotation): Promise<Annotation | undefined> {
  return call("DELETE", `${conversation(tenantId, note.conversation_id)}/notes/${note.id}`);
}

/** Shows the person that somebody writes, for 25 seconds or until the answer comes. */
export function showTyping(tenantId: string, conversationId: string): Promise<{ shown: boolean }> {
  return call("POST", `${conversation(tenantId, conversationId)}/typing`);
}
