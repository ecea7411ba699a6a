/** What the store asks of the API: an interface, so that its tests can play the server. The calls are in `backend-http.ts`. */

import type { Problem } from "@/shared/api/problem";
import type {
  Annotation,
  Connection,
  Conversation,
  ConversationChange,
  Counts,
  Json,
  Label,
  LoggedEvent,
  Message,
  Page,
  Person,
  Team,
} from "./types";
import type { View } from "./views";

/** Tell whether asking again may help: the network, a proxy or a server that is restarting, or too many requests. */
export function isPassing(problem: Problem): boolean {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

export interface MessagesWanted {
  before?: string;
  after?: string;
  around?: string;
}

export interface BulkAnswer {
  changed: Conversation[];
  refused: { id: string; code: string; detail: string }[];
}

/** Each call rejects with a `Problem`. */
export interface Backend {
  /** The log after `since` ("now": nothing but the cursor of now). Gives up by itself after some seconds. */
  events(since: string): Promise<{ items: LoggedEvent[]; next_cursor: string; more: boolean }>;
  /** Open the socket that follows the log from `since` on. */
  openSocket(since: string): WebSocket;
  conversations(view: View, cursor: string | null): Promise<Page<Conversation>>;
  /** Those of at most 200 that are there; one that was merged into another is not. */
  conversationsById(ids: readonly string[]): Promise<Conversation[]>;
  /** One; for one that was merged, the one it is part of. */
  conversation(id: string): Promise<Conversation>;
  counts(): Promise<Counts>;
  messages(conversationId: string, wanted: MessagesWanted): Promise<Page<Message>>;
  /** Notes and activity between two times, both included (null: no bound). */
  annotations(conversationId: string, from: string | null, to: string | null): Promise<Annotation[]>;
  people(): Promise<Person[]>;
  teams(): Promise<Team[]>;
  labels(): Promise<Label[]>;
  connections(): Promise<Connection[]>;
  /** What the person wrote behind the message `upTo` stays unread. */
  markRead(conversationId: string, upTo: string): Promise<Conversation>;
  change(conversationId: string, change: ConversationChange): Promise<Conversation>;
  changeMany(ids: readonly string[], change: ConversationChange): Promise<BulkAnswer>;
  /** Ask to send; the same key twice sends once. Gives up by itself after some seconds. */
  send(body: Json, key: string): Promise<{ id: string; status: string; conversation_id: string }>;
}
