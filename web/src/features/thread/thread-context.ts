/** What the lines of a thread need to know and can ask for, whoever provides it: the pane from the store, a story from an array. */

import { createContext, use } from "react";
import type { Pending } from "@/shared/store/outbox";
import type { Annotation, Message } from "@/shared/store/types";
import type { Json } from "@/shared/whatsapp/reading";

/** The same object for the life of a thread, so that no line is painted again because of it. */
export interface ThreadActions {
  quote: (message: Message) => void;
  react: (message: Message, emoji: string) => void;
  retry: (message: Message) => void;
  sendAgain: (message: Message) => void;
  /** Of a message that still waits. */
  takeBack: (message: Message) => void;
  fetchAgain: (message: Message) => Promise<void>;
  openMedia: (messageId: string) => void;
  /** Asks for what a message quotes: events do not tell it. */
  findQuoted: (message: Message) => void;
  /** Goes to the message with this name of Meta's. */
  jumpToQuoted: (message: Message) => void;
  showInfo: (message: Message) => void;
  showRevisions: (message: Message) => void;
  /** Asks to whom it goes on. */
  forward: (message: Message) => void;
  deleteNote: (note: Annotation) => void;
  retryPending: (clientId: string) => void;
  /** Of a file that the server did not take as what it was to go as. */
  sendAsDocument: (clientId: string) => void;
  discardPending: (clientId: string) => void;
  /** Its words go back into the field. */
  editPending: (pending: Pending) => void;
  /** Copies a text; where the browser forbids it, nothing happens. */
  copy: (text: string) => void;
}

export interface ThreadData {
  contactName: string;
  /** May write here: reply, react, try again. */
  canSend: boolean;
  /** Whether free text can go now: without an open window nothing but a template is taken. */
  isOpen: boolean;
  /** Names who did something: `user:<id>`, `key:<id>`; null for somebody in the WhatsApp Business app. */
  nameOf: (actor: string | null | undefined) => string;
  isMe: (actor: string | null | undefined) => boolean;
  /** A member of the group by the id in the message. */
  memberName: (id: string) => string;
  /** The quoted message where it is here. */
  quoted: (message: Message) => Message | null;
  /** A reaction of ours that the message does not show yet; an empty emoji: taken back. */
  ownReaction: (message: Message) => { emoji: string; at: string } | null;
  /** Whether it was sent once more since. */
  wasRetried: (message: Message) => boolean;
  /** What a template says, as Meta knows it; null where it is not known here. */
  templateOf: (name: string, language: string) => Json[] | null;
}

export const ActionsContext = createContext<ThreadActions | null>(null);
export const DataContext = createContext<ThreadData | null>(null);

export function useActions(): ThreadActions {
  const actions = use(ActionsContext);
  if (!actions) throw new Error("useActions is used outside a thread");
  return actions;
}

export function useData(): ThreadData {
  const data = use(DataContext);
  if (!data) throw new Error("useData is used outside a thread");
  return data;
}
