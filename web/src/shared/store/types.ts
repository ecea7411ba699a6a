/** What the inbox shows, as the API and its events tell it (docs/reference/events.md). Times are RFC 3339 in UTC, ids are UUIDs. */

import type { Pause } from "@/shared/whatsapp/pause-words";

export type ConversationState = "open" | "waiting" | "resolved" | "snoozed" | "archived" | "blocked";
export type Priority = "none" | "low" | "medium" | "high" | "urgent";
export type Direction = "inbound" | "outbound";
export type MessageStatus =
  | "received"
  | "queued"
  | "sending"
  | "unknown"
  | "accepted"
  | "sent"
  | "failed"
  | "delivered"
  | "read"
  | "played";

export interface ContactSummary {
  id: string;
  name: string | null;
  phone: string | null;
  wa_id: string | null;
  username: string | null;
  marketing: string | null;
}

export interface LastMessage {
  id: string;
  direction: Direction;
  type: string;
  text: string | null;
  status: MessageStatus;
  created_at: string;
}

export interface Conversation {
  id: string;
  contact: ContactSummary;
  connection_id: string;
  state: ConversationState;
  unread_count: number;
  last_message: LastMessage | null;
  last_message_at: string | null;
  window_closes_at: string | null;
  created_at: string;
  assignee_id?: string | null;
  team_id?: string | null;
  label_ids?: string[];
  /** `none` where absent. */
  priority?: Priority;
  snoozed_until?: string | null;
  /** Grows with every change of the conversation: of two snapshots the higher one is the newer. */
  version?: number;
}

export interface MessageError {
  kind: string;
  words: { en: string; es: string; pt: string };
  code?: number;
  detail?: string;
}

export interface MessageMedia {
  state: "pending" | "stored" | "failed";
  id?: string;
  mime_type?: string;
  filename?: string;
  size?: number;
  url?: string;
  thumbnail_url?: string;
  width?: number;
  height?: number;
  duration_ms?: number;
  peaks?: string;
  voice?: boolean;
  error?: string;
}

export interface Reaction {
  who: string;
  emoji: string;
  at: string;
}

/** What a message holds, in the shape of its `kind` (inbound) or of Meta's API (payload). */
export type Json = { [member: string]: unknown };

/** What another message quotes. */
export interface Quoted {
  id: string;
  direction: Direction;
  type: string;
  text: string | null;
  created_at: string;
  sender?: string | null;
  revoked_at?: string;
}

export interface Message {
  id: string;
  conversation_id: string;
  connection_id: string;
  direction: Direction;
  status: MessageStatus;
  type: string;
  text: string | null;
  provider_message_id: string | null;
  created_at: string;
  reply_to?: string;
  /** What `reply_to` names, where the server has it; told by lists, not by events. */
  quoted?: Quoted;
  error?: MessageError;
  accepted_at?: string;
  sent_at?: string;
  delivered_at?: string;
  read_at?: string;
  played_at?: string;
  failed_at?: string;
  media?: MessageMedia;
  standby?: boolean;
  provider_status?: string;
  pricing?: Json;
  edited_at?: string;
  revoked_at?: string;
  reactions?: Reaction[];
  content?: Json;
  context?: Json;
  referral?: Json;
  group_id?: string;
  payload?: Json;
  /** Who sent it: `user:<id>`, `key:<id>`, or null (the WhatsApp Business app, or a person). */
  sender?: string | null;
  retry_of?: string | null;
  retried_by?: string | null;
  /** The Idempotency-Key it was asked with; told by `message_queued` only. */
  client_id?: string;
}

export interface Annotation {
  kind: "note" | "activity";
  id: string;
  conversation_id: string;
  author: string | null;
  body?: string | null;
  mentions?: string[];
  activity?: ({ type: string } & Json) | null;
  created_at: string;
  deleted_at?: string | null;
}

export interface Person {
  user_id: string;
  email: string;
  name: string;
  role: string;
  disabled: boolean;
  invited?: boolean;
  teams?: string[];
}

export interface Team {
  id: string;
  name: string;
  member_ids?: string[];
}

export interface Label {
  id: string;
  name: string;
  color: string;
}

export interface Connection {
  id: string;
  status: string;
  name: string | null;
  phone: string | null;
  country: string | null;
  /** Meta lets nothing be sent from it before it is registered. */
  unregistered?: boolean;
  /** Why it is paused, where it is. */
  pause?: Pause | null;
}

/** How many conversations of a number or of a saved view, by its id, are unread; `more`: perhaps more than those. */
export interface Unread {
  id: string;
  count: number;
  more: boolean;
}

export interface Counts {
  mine: number;
  unassigned: number;
  all: number;
  unread_mine: number;
  unread_unassigned: number;
  unread_all: number;
  /** A count that reached this stands for "this many or more". */
  capped_at: number;
  unread_connections: readonly Unread[];
  unread_views: readonly Unread[];
}

/** A colleague at a conversation. */
export interface Viewer {
  user_id: string;
  typing: boolean;
  mode: "reply" | "note";
}

export interface LoggedEvent {
  cursor: string;
  type: string;
  conversation_id: string | null;
  message_id: string | null;
  data: unknown;
  created_at: string;
}

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
  /** Only where a page was asked for around a message. */
  previous_cursor?: string | null;
}

/** What an agent may change of a conversation. */
export interface ConversationChange {
  state?: ConversationState;
  snoozed_until?: string | null;
  assignee_id?: string | null;
  team_id?: string | null;
  label_ids?: string[];
  add_label_ids?: string[];
  remove_label_ids?: string[];
  unread?: boolean;
  priority?: Priority;
}
