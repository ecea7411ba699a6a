/**
 * Everything the inbox knows, and what an event does to it. Pure: no request, no timer, no clock.
 *
 * Applying is idempotent, and snapshots carry what tells the newer one: the same events in any order, in any batches and any number of
 * times lead to the same state.
 */

import { Conversations, type Merged } from "./conversations";
import type { Telling } from "./merging";
import { Threads } from "./threads";
import type { Topic } from "./topics";
import type {
  Annotation,
  Connection,
  Conversation,
  Label,
  LoggedEvent,
  Message,
  Person,
  Team,
} from "./types";

/** Small sets that are known whole, by id. */
export interface Directories {
  people: ReadonlyMap<string, Person>;
  labels: ReadonlyMap<string, Label>;
  teams: ReadonlyMap<string, Team>;
  connections: ReadonlyMap<string, Connection>;
}

/** One of them that was not loaded yet: nobody knows whether it is empty. */
export const UNKNOWN: ReadonlyMap<string, never> = new Map<string, never>();

/** What an event does not carry and has to be asked for. */
export type Need =
  | { kind: "conversation"; id: string }
  | { kind: "message"; id: string; conversation_id: string }
  /** `moved`: what they said may belong to another conversation now. */
  | { kind: "contact"; ids: string[]; moved: boolean }
  | { kind: "directory"; of: keyof Directories };

const TELLING: Record<string, Telling> = {
  message_received: "whole",
  message_edited: "whole",
  message_revoked: "whole",
  message_echoed: "whole",
  message_queued: "whole",
  message_reacted: "reactions",
  media_stored: "media",
  media_failed: "media",
};
/** After these the conversation stands elsewhere in the list, or shows something else. */
const MOVING = new Set([
  "message_received",
  "message_edited",
  "message_revoked",
  "message_echoed",
  "message_queued",
]);

const DIRECTORIES: Record<string, keyof Directories> = {
  people_changed: "people",
  labels_changed: "labels",
  teams_changed: "teams",
  connection_updated: "connections",
};

export class State {
  readonly conversations: Conversations;
  readonly threads: Threads;
  readonly directories: Directories = {
    people: UNKNOWN,
    labels: UNKNOWN,
    teams: UNKNOWN,
    connections: UNKNOWN,
  };
  private readonly touch: (topic: Topic) => void;

  constructor(me: string | null, touch: (topic: Topic) => void, merged: Merged = () => undefined) {
    this.touch = touch;
    this.conversations = new Conversations(me, touch, merged);
    this.threads = new Threads(touch);
  }

  /** Apply one event. Return what has to be asked for because of it; types that are not known are ignored. */
  apply(event: LoggedEvent): Need[] {
    const directory = DIRECTORIES[event.type];
    if (directory) return [{ kind: "directory", of: directory }];
    if (event.type === "conversation_updated") {
      this.hearConversation(event.data as Conversation);
    } else if (event.type.startsWith("message_") || event.type.startsWith("media_")) {
      return this.applyMessage(event.type, event.data as Message & { conversation?: Conversation });
    } else if (event.type === "annotation_added" || event.type === "annotation_changed") {
      this.threads.putAnnotation(event.data as Annotation);
    } else if (event.type === "contact_merged" || event.type === "contact_parted") {
      this.conversations.heard();
      const { contact_id, other_id } = event.data as { contact_id: string; other_id: string };
      return [{ kind: "contact", ids: [contact_id, other_id], moved: true }];
    } else if (event.type === "contact_erased") {
      for (const id of (event.data as { conversation_ids: string[] }).conversation_ids) {
        this.threads.forget(id);
        this.conversations.heard(id);
        this.conversations.remove(id);
      }
    } else if (event.type === "preference_changed" || event.type === "consent_changed") {
      const { contact_id } = event.data as { contact_id: string };
      return [{ kind: "contact", ids: [contact_id], moved: false }];
    }
    return [];
  }

  /** Add a message as an answer of the API tells it. */
  putMessage(told: Message, telling: Telling = "whole"): void {
    const message = this.threads.putMessage(told, telling);
    this.conversations.putStatus(message.conversation_id, message.id, message.status);
  }

  /** Add a conversation; what is known of its last message counts, if that is further. */
  putConversation(told: Conversation): void {
    this.conversations.put(told);
    const last = told.last_message && this.threads.messages.get(told.last_message.id);
    if (last) this.conversations.putStatus(told.id, last.id, last.status);
  }

  /** Add a conversation of which an event told. */
  hearConversation(told: Conversation): void {
    this.conversations.heard(told.id);
    this.putConversation(told);
  }

  /** Put another directory in the place of one; a new Map, so that who listens sees that it changed. */
  setDirectory<Kind extends keyof Directories>(kind: Kind, directory: Directories[Kind]): void {
    this.directories[kind] = directory;
    this.touch(kind);
  }

  private applyMessage(type: string, data: Message & { conversation?: Conversation }): Need[] {
    const { conversation, ...message } = data;
    const { id, conversation_id } = message;
    const telling = TELLING[type] ?? "status";
    // A campaign's message is told of from its acceptance on, without its words.
    const isWordless =
      telling !== "whole" && !this.threads.messages.has(id) && this.threads.isInSight(message);
    this.putMessage(message, telling);
    if (conversation) this.hearConversation(conversation);
    const needs: Need[] = isWordless ? [{ kind: "message", id, conversation_id }] : [];
    if (!conversation && (isWordless || MOVING.has(type)))
      needs.push({ kind: "conversation", id: conversation_id });
    return needs;
  }
}
