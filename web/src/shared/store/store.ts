/** The inbox of one user in one tenant: what is known, what follows from events, what is asked for and what is done. See README.md. */

import { asProblem, isProblem } from "@/shared/api/problem";
import type { Backend, BulkAnswer } from "./backend";
import { Drafts } from "./drafts";
import { HeldFiles, type HeldLists } from "./held";
import { Link, type LinkStatus } from "./link";
import { Loading } from "./loading";
import type { KnownMessage } from "./merging";
import { type NewMessage, Outbox, type OutboxPlace, type Pending } from "./outbox";
import { Presence } from "./presence";
import { type Directories, State } from "./state";
import type { ThreadState } from "./threads";
import { browserTiming, type Timing, type Topic, Topics } from "./topics";
import type { Annotation, Conversation, ConversationChange, LoggedEvent, Message, Viewer } from "./types";
import type { View } from "./views";

/** One line of a thread. */
export type Line =
  | { kind: "message"; message: KnownMessage }
  | { kind: "pending"; pending: Pending }
  | { kind: "annotation"; annotation: Annotation };

const DIRECTORIES = ["people", "labels", "teams", "connections"] as const satisfies (keyof Directories)[];

export interface StoreParts {
  backend: Backend;
  /** The user whose inbox it is; null for a key. */
  me: string | null;
  /** Under whose name drafts and unsent messages are kept in the browser: tenant and user. */
  owner: string;
  outbox: OutboxPlace;
  /** Where files that were not sent outlive the store; without it they go with it. */
  held?: HeldLists;
  /** The session is over or was changed: load it again. Resolves to whether there still is one that may read this inbox. */
  ended?: () => Promise<boolean>;
  timing?: Timing;
}

export class InboxStore {
  readonly me: string | null;
  readonly topics: Topics;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly drafts: Drafts;
  readonly held: HeldFiles;
  status: LinkStatus = "connecting";
  private current: State;
  private link: Link | null = null;
  private stopped = false;
  private begun: () => void = () => undefined;
  private readonly parts: StoreParts;
  private readonly timing: Timing;
  private readonly loading: Loading;
  private readonly ears = new Set<(event: LoggedEvent) => void>();
  /** What is being marked as read, by conversation. */
  private readonly reading = new Map<string, Promise<boolean>>();
  private readonly touch = (topic: Topic): void => this.topics.touch(topic);
  private readonly merged = (from: string, into: string): void => {
    this.drafts.move(from, into);
    this.held.move(from, into);
    this.outbox.move(from, into);
  };

  constructor(parts: StoreParts) {
    this.parts = parts;
    this.me = parts.me;
    this.timing = parts.timing ?? browserTiming;
    this.topics = new Topics(this.timing);
    this.current = new State(parts.me, this.touch, this.merged);
    this.drafts = new Drafts(parts.owner, this.touch);
    this.held = new HeldFiles(this.touch, parts.held);
    const { topics, timing, touch } = this;
    const ready = new Promise<void>((resolve) => {
      this.begun = resolve;
    });
    this.loading = new Loading({ backend: parts.backend, state: () => this.current, topics, timing, ready });
    this.presence = new Presence({ me: parts.me, touch, timing, say: (frame) => this.link?.say(frame) });
    this.outbox = new Outbox({
      backend: parts.backend,
      place: parts.outbox,
      timing,
      told: {
        changed: (pending) => this.pendingChanged(pending),
        taken: (key, id) => this.pendingTaken(key, id),
      },
    });
  }

  get state(): State {
    return this.current;
  }

  /** Begin to follow the tenant's log. Loading waits for it, as what is loaded without a cursor would miss what happens meanwhile. */
  async start(): Promise<void> {
    for (const of of DIRECTORIES) this.loading.directory(of);
    this.loading.counts({ now: true });
    const restored = this.outbox.restore();
    const cursor = await this.firstCursor();
    if (cursor === null || this.stopped) return;
    this.begun();
    this.link = new Link({ backend: this.parts.backend, timing: this.timing, cursor, ears: this.linkEars() });
    void this.link.run();
    void restored.then(() => this.eraseMissing());
  }

  stop(): void {
    this.stopped = true;
    this.link?.stop();
    this.outbox.stop();
    this.presence.stop();
    this.loading.stop();
  }

  /** Leave nothing of the user in this browser, as when they sign out of a machine that others use too. */
  async forget(): Promise<void> {
    this.stop();
    this.drafts.clear();
    this.held.clear();
    await this.outbox.clear();
  }

  /** Tell whether there is something that a reload would lose: files that were not sent yet, or that are going up. */
  wouldLose(): boolean {
    return this.held.any() || [...this.outbox.all()].some((pending) => pending.body === null);
  }

  /** The network is back (`networkChanged`), or the page is looked at again: make sure of the connection now. */
  nudge(how: { networkChanged?: boolean } = {}): void {
    this.link?.nudge(how);
  }

  /** Hear each event as it is applied, without waiting for the next repaint. */
  onEvent(ear: (event: LoggedEvent) => void): () => void {
    this.ears.add(ear);
    return () => this.ears.delete(ear);
  }

  // What is loaded. Each may be called as often as one likes.

  loadList = (view: View): Promise<void> => this.loading.list(view);
  loadMore = (view: View): Promise<void> => this.loading.more(view);
  loadConversation = (id: string): Promise<string | null> => this.loading.conversation(id);
  loadThread = (conversationId: string): Promise<void> => this.loading.thread(conversationId);
  loadOlder = (conversationId: string, anchor: string | null = null): Promise<void> =>
    this.loading.older(conversationId, anchor);
  loadNewer = (conversationId: string, anchor: string | null = null): Promise<void> =>
    this.loading.newer(conversationId, anchor);
  loadAround = (conversationId: string, messageId: string): Promise<void> =>
    this.loading.around(conversationId, messageId);

  thread(conversationId: string, anchor: string | null): ThreadState {
    return this.current.threads.state(conversationId, anchor, this.outbox.keysOf(conversationId));
  }

  line(key: string): Line | null {
    const message = this.current.threads.messageAt(key);
    if (message) return { kind: "message", message };
    const pending = this.outbox.get(key);
    if (pending) return { kind: "pending", pending };
    const annotation = this.current.threads.annotations.get(key);
    return annotation ? { kind: "annotation", annotation } : null;
  }

  /** What a line is made of: the same object as long as the line is the same. */
  lineSource(key: string): object | undefined {
    const { threads } = this.current;
    return threads.messageAt(key) ?? this.outbox.get(key) ?? threads.annotations.get(key);
  }

  // What is done. It shows at once; where the server refuses, it is taken back and the refusal is thrown.

  send(message: NewMessage): Pending {
    const pending = this.outbox.add(message);
    this.presence.rest();
    this.topics.flush();
    return pending;
  }

  /** Say which views were saved, by their ids, so that what is unread in them is counted too. */
  setSavedViews(views: ReadonlyMap<string, View>): void {
    if (this.current.conversations.setSaved(views)) this.loading.counts({ now: true });
  }

  async change(id: string, change: ConversationChange): Promise<Conversation> {
    return this.wished([id], change, async () => {
      const now = await this.parts.backend.change(id, change);
      this.current.putConversation(now);
      return now;
    });
  }

  async changeMany(ids: readonly string[], change: ConversationChange): Promise<BulkAnswer> {
    return this.wished(ids, change, async () => {
      const answer = await this.parts.backend.changeMany(ids, change);
      for (const conversation of answer.changed) this.current.putConversation(conversation);
      return answer;
    });
  }

  /** Resolves to whether it is read up to that message: where the server did not hear it, it stays unread. */
  async markRead(id: string, upTo: string): Promise<boolean> {
    // One after the other: until one is answered, nobody knows what came meanwhile and is unread still.
    while (this.reading.has(id)) await this.reading.get(id);
    if ((this.current.conversations.get(id)?.unread_count ?? 0) === 0) return true;
    const answered = this.askToMarkRead(id, upTo);
    this.reading.set(id, answered);
    try {
      return await answered;
    } finally {
      this.reading.delete(id);
    }
  }

  /** Add a message that an answer of the API holds, such as that of a retry. */
  putMessage(message: Message): void {
    this.current.putMessage(message);
    this.topics.flush();
  }

  putAnnotation(annotation: Annotation): void {
    this.current.threads.putAnnotation(annotation);
    this.topics.flush();
  }

  putConversation(conversation: Conversation): void {
    this.current.putConversation(conversation);
    this.topics.flush();
  }

  /** Say which conversation is open (null: none): it stays in a list of unread ones until it is left. */
  setReading(id: string | null): void {
    this.current.conversations.setReading(id);
    this.topics.flush();
  }

  private async askToMarkRead(id: string, upTo: string): Promise<boolean> {
    const takeBack = this.current.conversations.wish(id, { unread_count: 0 });
    this.topics.flush();
    try {
      this.current.putConversation(await this.parts.backend.markRead(id, upTo));
      return true;
    } catch (error) {
      if (!isProblem(error)) reportError(error);
      return false; // it stays unread, and is tried again when it is looked at
    } finally {
      takeBack();
    }
  }

  private async wished<Answer>(
    ids: readonly string[],
    change: ConversationChange,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const { conversations } = this.current;
    const takeBack = ids.map((id) => conversations.wish(id, asShown(change, conversations.get(id))));
    this.topics.flush();
    try {
      return await ask();
    } finally {
      for (const back of takeBack) back();
      this.topics.flush();
    }
  }

  private async firstCursor(): Promise<string | null> {
    for (let wait = 500; !this.stopped; wait = Math.min(15_000, wait * 2)) {
      try {
        return (await this.parts.backend.events("now")).next_cursor;
      } catch (error) {
        const { status } = asProblem(error);
        const ended = status === 401 || status === 403;
        this.setStatus(ended ? "ended" : "offline");
        if (ended && !(await this.parts.ended?.())) return null;
        await new Promise<void>((resolve) => this.timing.later(resolve, wait));
      }
    }
    return null;
  }

  private linkEars(): ConstructorParameters<typeof Link>[0]["ears"] {
    return {
      events: (items) => this.applyAll(items),
      frame: (frame) => {
        if (frame.type !== "presence") return;
        const { conversation_id, people } = frame as unknown as { conversation_id: string; people: Viewer[] };
        this.presence.hear(conversation_id, people);
      },
      reset: () => this.reset(),
      status: (status) => this.setStatus(status),
      ended: async () => (await this.parts.ended?.()) ?? false,
    };
  }

  private applyAll(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      this.loading.need(this.current.apply(event));
      if (event.type.startsWith("message_")) this.settle(event.data as Message);
      if (event.type === "contact_erased") this.erase(event.data as { conversation_ids: string[] });
      for (const ear of this.ears) ear(event);
    }
    this.loading.counts();
  }

  /** Of somebody who was erased nothing stays here either: not what was written to them, nor what waits to be sent. */
  private erase({ conversation_ids }: { conversation_ids: string[] }): void {
    for (const id of conversation_ids) {
      this.drafts.forget(id);
      this.held.set(id, []);
      for (const key of this.outbox.keysOf(id)) this.outbox.discard(key);
    }
  }

  /** Who was erased while nobody had this inbox open is told of by no event: their conversations are gone. */
  private async eraseMissing(): Promise<void> {
    const unsent = this.outbox.stuck().map(({ conversation_id }) => conversation_id);
    for (const id of new Set([...this.drafts.conversations(), ...unsent])) {
      try {
        if ((await this.loadConversation(id)) === null) this.erase({ conversation_ids: [id] });
      } catch {
        return; // it cannot be known now: the next page that opens asks again
      }
    }
  }

  /** A message that was asked for here has arrived: its line goes on as that of the message. */
  private settle(message: Message): void {
    if (message.client_id !== undefined) this.outbox.confirm(message.client_id, message.id);
    const key = this.current.threads.keyOf.get(message.id);
    if (key !== undefined) this.outbox.forget(key);
  }

  private pendingChanged(pending: Pending): void {
    this.current.threads.changed(pending.conversation_id);
    this.touch(`line/${pending.client_id}`);
    this.touch("outbox");
  }

  private pendingTaken(clientId: string, messageId: string): void {
    this.current.threads.setKey(messageId, clientId);
    if (this.current.threads.messages.has(messageId)) this.outbox.forget(clientId);
    this.topics.flush();
  }

  private setStatus(status: LinkStatus): void {
    this.status = status;
    if (status === "live" || status === "catching_up") this.presence.repeat();
    else this.presence.clear();
    this.touch("status");
  }

  /** The log begins anew: what is shown is loaded again, the rest is forgotten. */
  private async reset(): Promise<void> {
    const { conversations, threads, directories } = this.current;
    const views = [...conversations.lists.entries()].filter(([key]) => this.topics.isWatched(`list/${key}`));
    const open = [...threads.opened()].filter((id) => this.topics.isWatched(`thread/${id}`));
    const shown = [...conversations.all()].filter((id) => this.topics.isWatched(`conversation/${id}`));
    this.current = new State(this.me, this.touch, this.merged);
    Object.assign(this.current.directories, directories);
    this.current.conversations.goOnReading(conversations);
    await Promise.all([
      ...views.map(([, list]) => this.loadList(list.view)),
      ...open.map((id) => this.loadThread(id)),
    ]);
    this.loading.need(shown.map((id) => ({ kind: "conversation", id })));
    for (const of of DIRECTORIES) this.loading.directory(of);
    this.loading.counts({ now: true });
    this.topics.touchAll();
  }
}

/** What a change will have made of a conversation, as far as one can tell before the server has answered. */
function asShown(change: ConversationChange, known: Conversation | undefined): Partial<Conversation> {
  const { unread, add_label_ids, remove_label_ids, ...rest } = change;
  const shown: Partial<Conversation> = { ...rest };
  if (unread !== undefined) shown.unread_count = unread ? Math.max(1, known?.unread_count ?? 0) : 0;
  if (add_label_ids || remove_label_ids) {
    const labels = new Set([...(known?.label_ids ?? []), ...(add_label_ids ?? [])]);
    for (const id of remove_label_ids ?? []) labels.delete(id);
    shown.label_ids = [...labels];
  }
  if (change.snoozed_until !== undefined) shown.state = "snoozed";
  return shown;
}
