/** The messages and notes of the conversations that were opened, in order, with the gaps between what was loaded known. Pure. */

import type { Problem } from "@/shared/api/problem";
import { firstTold, type KnownMessage, mergeMessage, same, type Telling } from "./merging";
import { comparePlaces, indexOfPlace, type Place } from "./moments";
import { contains, liveSpan, type Span, spanAt, withSpan } from "./spans";
import type { Topic } from "./topics";
import type { Annotation, Message } from "./types";

/** How many messages of conversations that nobody opened are kept, and how many opened conversations. */
const LOOSE = 2_000;
const OPENED = 40;

/** What a thread shows: the keys of its lines in order, each a `line/KEY` to listen to. A new object whenever it changed. */
export interface ThreadState {
  readonly keys: readonly string[];
  /** Whether it goes on above and below what is here. */
  readonly older: boolean;
  readonly newer: boolean;
  readonly loading: "first" | "older" | "newer" | "around" | null;
  readonly failed: Problem | null;
}

interface Entry extends Place {
  kind: "message" | "annotation";
}

interface Thread {
  entries: Entry[];
  spans: Span[];
  loading: ThreadState["loading"];
  failed: Problem | null;
  states: Map<string | null, ThreadState>;
  notes: readonly Annotation[] | null;
}

const NO_NOTES: readonly Annotation[] = [];

/** Members by which a message stands alone or with others, and is found by what quotes it, reacts to it or looks through the pictures. */
const ARRANGING = [
  "type",
  "content_as_of",
  "provider_message_id",
  "reply_to",
  "edited_at",
  "revoked_at",
  "media",
  "reactions",
] as const satisfies (keyof KnownMessage)[];
const EMPTY: ThreadState = { keys: [], older: false, newer: false, loading: null, failed: null };

export class Threads {
  readonly messages = new Map<string, KnownMessage>();
  readonly annotations = new Map<string, Annotation>();
  /** The key of the line of a message that was sent from here: it stays what it was while it was pending. */
  readonly keyOf = new Map<string, string>();
  private readonly messageOfKey = new Map<string, string>();
  private readonly threads = new Map<string, Thread>();
  private readonly loose = new Set<string>();
  private readonly touch: (topic: Topic) => void;

  constructor(touch: (topic: Topic) => void) {
    this.touch = touch;
  }

  isOpen(conversationId: string): boolean {
    return this.threads.has(conversationId);
  }

  opened(): Iterable<string> {
    return this.threads.keys();
  }

  /** Begin to keep what is told of a conversation; the longest unused one is let go where there are many. */
  open(conversationId: string, inUse: (conversationId: string) => boolean): void {
    const known = this.threads.get(conversationId);
    this.threads.delete(conversationId);
    this.threads.set(
      conversationId,
      known ?? { entries: [], spans: [], loading: null, failed: null, states: new Map(), notes: null },
    );
    if (!known) this.adopt(conversationId);
    for (const id of this.threads.keys()) {
      if (this.threads.size <= OPENED) break;
      if (id !== conversationId && !inUse(id)) this.close(id);
    }
  }

  /** Forget what was loaded of a conversation, so that it is loaded again. */
  close(conversationId: string): void {
    const thread = this.threads.get(conversationId);
    this.threads.delete(conversationId);
    for (const entry of thread?.entries ?? []) {
      (entry.kind === "message" ? this.messages : this.annotations).delete(entry.id);
    }
    this.touch(`thread/${conversationId}`);
  }

  /** Keep nothing of a conversation. */
  forget(conversationId: string): void {
    this.close(conversationId);
    for (const id of this.loose) {
      if (this.messages.get(id)?.conversation_id !== conversationId) continue;
      this.loose.delete(id);
      this.messages.delete(id);
    }
  }

  putMessage(told: Message, telling: Telling): KnownMessage {
    const known = this.messages.get(told.id);
    const now = known ? mergeMessage(known, told, telling) : firstTold(told, telling);
    if (now === known) return now;
    this.messages.set(now.id, now);
    if (known && known.conversation_id !== now.conversation_id) this.drop(known.conversation_id, now.id);
    const thread = this.threads.get(now.conversation_id);
    if (!thread) this.keepLoose(now.id);
    else if (
      this.insert(thread, { kind: "message", at: now.created_at, id: now.id }) ||
      (known && isArrangedAnew(known, now))
    )
      this.changed(now.conversation_id);
    this.touch(`line/${this.keyOf.get(now.id) ?? now.id}`);
    return now;
  }

  putAnnotation(told: Annotation): void {
    if (same(this.annotations.get(told.id), told)) return;
    const thread = this.threads.get(told.conversation_id);
    if (!thread) return; // loaded with the messages, once somebody opens it
    this.annotations.set(told.id, told);
    this.insert(thread, { kind: "annotation", at: told.created_at, id: told.id });
    this.changed(told.conversation_id);
    this.touch(`line/${told.id}`);
  }

  /** Let the line of a message go on under the key it had while it was pending. */
  setKey(messageId: string, key: string): void {
    this.keyOf.set(messageId, key);
    this.messageOfKey.set(key, messageId);
    const conversationId = this.messages.get(messageId)?.conversation_id;
    if (conversationId !== undefined) this.changed(conversationId);
    this.touch(`line/${key}`);
  }

  messageAt(key: string): KnownMessage | undefined {
    return this.messages.get(this.messageOfKey.get(key) ?? key);
  }

  /** Add a page: everything between the ends of `span` is known now. */
  addPage(conversationId: string, items: readonly Message[], span: Span): void {
    const thread = this.threads.get(conversationId);
    if (!thread) return;
    thread.spans = withSpan(thread.spans, span);
    for (const item of items) this.putMessage(item, "whole");
    this.setThread(conversationId, { loading: null, failed: null });
  }

  setThread(conversationId: string, change: Partial<Pick<Thread, "loading" | "failed">>): void {
    const thread = this.threads.get(conversationId);
    if (!thread) return;
    Object.assign(thread, change);
    this.changed(conversationId);
  }

  /** Let a failure rest: somebody has gone elsewhere in the thread. */
  forgive(conversationId: string): void {
    if (this.threads.get(conversationId)?.failed) this.setThread(conversationId, { failed: null });
  }

  /** Return the first and the last message of the stretch that is shown, from which to read on. */
  ends(conversationId: string, anchor: string | null): { first: Place; last: Place } | null {
    const thread = this.threads.get(conversationId);
    const span = thread && this.span(thread, anchor);
    if (!thread || !span) return null;
    const those = thread.entries.filter((entry) => entry.kind === "message" && contains(span, entry));
    const [first, last] = [those[0], those.at(-1)];
    return first && last ? { first, last } : null;
  }

  /** Whether a message stands, or would stand, among what is loaded of a thread that is open. */
  isInSight({ conversation_id, created_at, id }: Message): boolean {
    const thread = this.threads.get(conversation_id);
    return thread !== undefined && spanAt(thread.spans, { at: created_at, id }) !== undefined;
  }

  isLoading(conversationId: string): boolean {
    return (this.threads.get(conversationId)?.loading ?? null) !== null;
  }

  hasLoaded(conversationId: string, anchor: string | null): boolean {
    const thread = this.threads.get(conversationId);
    return thread !== undefined && this.span(thread, anchor) !== undefined;
  }

  /** Return the stretch of a thread that holds the message or note `anchor`, or its latest one, with `pending` behind what was said last. */
  state(conversationId: string, anchor: string | null, pending: readonly string[]): ThreadState {
    const thread = this.threads.get(conversationId);
    if (!thread) return pending.length && anchor === null ? { ...EMPTY, keys: pending } : EMPTY;
    const known = thread.states.get(anchor);
    if (known) return known;
    const made = this.read(thread, anchor, pending);
    thread.states.set(anchor, made);
    return made;
  }

  /** Return the notes of colleagues among what is loaded, oldest first; the same array as long as they are. */
  notes(conversationId: string): readonly Annotation[] {
    const thread = this.threads.get(conversationId);
    if (!thread) return NO_NOTES;
    thread.notes ??= thread.entries
      .flatMap((entry) => (entry.kind === "annotation" ? (this.annotations.get(entry.id) ?? []) : []))
      .filter((annotation) => annotation.kind === "note" && !annotation.deleted_at);
    return thread.notes;
  }

  /** Note that the lines of a thread are others now. */
  changed(conversationId: string): void {
    const thread = this.threads.get(conversationId);
    thread?.states.clear();
    if (thread) thread.notes = null;
    this.touch(`thread/${conversationId}`);
  }

  private read(thread: Thread, anchor: string | null, pending: readonly string[]): ThreadState {
    const span = this.span(thread, anchor);
    const entries = span ? thread.entries.filter((entry) => contains(span, entry)) : [];
    const keys = entries.map((entry) => this.keyOf.get(entry.id) ?? entry.id);
    // Of a stretch that is not here nothing is known; what is pending stands behind the latest message alone.
    const newer = span === undefined ? anchor !== null : span.to !== null;
    return {
      // One whose message is here already, by a page that was quicker than its event, is that message's line.
      keys: newer ? keys : [...keys, ...pending.filter((key) => this.messageAt(key) === undefined)],
      older: span === undefined || span.from !== null,
      newer,
      loading: thread.loading,
      failed: thread.failed,
    };
  }

  private span(thread: Thread, anchor: string | null): Span | undefined {
    if (anchor === null) return liveSpan(thread.spans);
    const line = this.messages.get(anchor) ?? this.annotations.get(anchor);
    return line && spanAt(thread.spans, { at: line.created_at, id: line.id });
  }

  private insert(thread: Thread, entry: Entry): boolean {
    const { entries } = thread;
    const index = indexOfPlace(entries.length, (at) => entries[at] ?? entry, entry);
    const there = entries[index];
    if (there && comparePlaces(there, entry) === 0) return false;
    entries.splice(index, 0, entry);
    return true;
  }

  private drop(conversationId: string, messageId: string): void {
    const thread = this.threads.get(conversationId);
    if (!thread) return;
    thread.entries = thread.entries.filter((entry) => entry.id !== messageId);
    this.changed(conversationId);
  }

  private adopt(conversationId: string): void {
    const thread = this.threads.get(conversationId);
    if (!thread) return;
    for (const id of this.loose) {
      const message = this.messages.get(id);
      if (message?.conversation_id !== conversationId) continue;
      this.loose.delete(id);
      this.insert(thread, { kind: "message", at: message.created_at, id });
    }
  }

  private keepLoose(messageId: string): void {
    this.loose.delete(messageId);
    this.loose.add(messageId);
    for (const id of this.loose) {
      if (this.loose.size <= LOOSE) break;
      this.loose.delete(id);
      this.messages.delete(id);
    }
  }
}

/** Whether more is new of a message than how far it came, which its own line shows: then the lines around it may be others too. */
function isArrangedAnew(before: KnownMessage, now: KnownMessage): boolean {
  return isStuck(before) !== isStuck(now) || ARRANGING.some((member) => before[member] !== now[member]);
}

function isStuck({ status }: KnownMessage): boolean {
  return status === "failed" || status === "unknown";
}
