/** For the tests of the store: a server to play against, a clock to turn, and chance that can be repeated. */

import { Problem } from "@/shared/api/problem";
import type { Backend, BulkAnswer, MessagesWanted } from "./backend";
import { comparePlaces } from "./moments";
import type { OutboxPlace, Pending } from "./outbox";
import type { Timing } from "./topics";
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
import { belongs, inOrder, placeOf, type View } from "./views";

export const ME = "00000000-0000-4000-8000-00000000000a";
const BEGINNING = Date.UTC(2026, 10, 20, 12);

/** Return numbers from 0 to 1 that are the same for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other] as Item, mixed[last] as Item];
  }
  return mixed;
}

export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
}

export function timeAt(seconds: number): string {
  return new Date(BEGINNING + seconds * 1000).toISOString().replace(".000Z", "Z");
}

export function conversationOf(number: number, change: Partial<Conversation> = {}): Conversation {
  return {
    id: uuid(number),
    contact: {
      id: uuid(1_000_000 + number),
      name: `Person ${number}`,
      phone: null,
      wa_id: null,
      username: null,
      marketing: null,
    },
    connection_id: uuid(7),
    state: "open",
    unread_count: 0,
    last_message: null,
    last_message_at: timeAt(number),
    window_closes_at: null,
    created_at: timeAt(0),
    assignee_id: null,
    team_id: null,
    label_ids: [],
    priority: "none",
    snoozed_until: null,
    version: 1,
    ...change,
  };
}

export function messageOf(number: number, conversationId: string, change: Partial<Message> = {}): Message {
  return {
    id: uuid(2_000_000 + number),
    conversation_id: conversationId,
    connection_id: uuid(7),
    direction: "inbound",
    status: "received",
    type: "text",
    text: `Message ${number}`,
    provider_message_id: `wamid.${number}`,
    created_at: timeAt(number),
    ...change,
  };
}

/** A clock that stands still until it is turned. */
export class TestTiming implements Timing {
  at = BEGINNING;
  isHidden = false;
  private readonly alarms = new Set<{ at: number; run: () => void }>();

  now = (): number => this.at;
  hidden = (): boolean => this.isHidden;

  later = (run: () => void, milliseconds: number): (() => void) => {
    const alarm = { at: this.at + milliseconds, run };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  };

  /** Set the clock back. What is to be done later is done after as long as it would have been. */
  setBack(milliseconds: number): void {
    this.at -= milliseconds;
    for (const alarm of this.alarms) alarm.at -= milliseconds;
  }

  /** Let time pass, with everything that becomes due and what follows from it. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.at + milliseconds;
    await settled();
    for (;;) {
      const due = [...this.alarms]
        .filter((alarm) => alarm.at <= until)
        .sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.alarms.delete(due);
      this.at = Math.max(this.at, due.at);
      due.run();
      await settled();
    }
    this.at = until;
  }
}

/** Wait until nothing is left to be done without time passing. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export function keptOutbox(
  kept: Map<string, Pending> = new Map(),
  ears = new Set<(clientId: string) => void>(),
): OutboxPlace {
  return {
    load: async () => [...kept.values()],
    save: async (pending) => void kept.set(pending.client_id, pending),
    remove: async (clientId) => void kept.delete(clientId),
    tellDiscarded: (clientId) => {
      for (const ear of ears) ear(clientId);
    },
    hearDiscarded: (ear) => {
      ears.add(ear);
      return () => ears.delete(ear);
    },
  };
}

/** One end of a socket; the test is the other. */
export class TestSocket {
  readyState = 0;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly said: unknown[] = [];
  readonly since: string;

  constructor(since: string) {
    this.since = since;
  }

  open(): void {
    this.readyState = 1;
    this.tell({ type: "hello", cursor: this.since });
  }

  tell(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  close(): void {
    this.readyState = 3;
  }
}

/** A server with one tenant: what it holds, a log, and how it may fail. */
export class TestServer implements Backend {
  readonly conversationMap = new Map<string, Conversation>();
  readonly messageMap = new Map<string, Message>();
  readonly log: LoggedEvent[] = [];
  readonly sockets: TestSocket[] = [];
  readonly asked: string[] = [];
  readonly sent = new Map<string, Message>();
  readonly savedViews = new Map<string, View>();
  /** While set, requests are refused with it. */
  refusing: Problem | null = null;
  pageSize = 3;
  epoch = 1;

  get socket(): TestSocket {
    const latest = this.sockets.at(-1);
    if (!latest) throw new Error("no socket was opened");
    return latest;
  }

  put(conversation: Conversation): Conversation {
    this.conversationMap.set(conversation.id, conversation);
    return conversation;
  }

  say(message: Message): Message {
    this.messageMap.set(message.id, message);
    return message;
  }

  /** Write an event to the log, and tell it to the sockets that are open. */
  happen(type: string, entity: object): LoggedEvent {
    const data = entity as { id?: string; conversation_id?: string };
    const event: LoggedEvent = {
      cursor: `${this.epoch}.${this.log.length + 1}`,
      type,
      conversation_id: data.conversation_id ?? data.id ?? null,
      message_id: data.conversation_id === undefined ? null : (data.id ?? null),
      data,
      created_at: timeAt(this.log.length),
    };
    this.log.push(event);
    for (const socket of this.sockets) {
      if (socket.readyState === 1) socket.tell({ type: "events", items: [event], cursor: event.cursor });
    }
    return event;
  }

  async events(since: string): Promise<{ items: LoggedEvent[]; next_cursor: string; more: boolean }> {
    this.ask(`events ${since}`);
    const now = `${this.epoch}.${this.log.length}`;
    if (since === "now") return { items: [], next_cursor: now, more: false };
    const [epoch, number] = since.split(".").map(Number);
    if (epoch !== this.epoch) throw new Problem(410, { code: "cursor_expired" });
    return { items: this.log.slice(number), next_cursor: now, more: false };
  }

  openSocket(since: string): WebSocket {
    const socket = new TestSocket(since);
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  }

  async conversations(view: View, cursor: string | null): Promise<Page<Conversation>> {
    this.ask(`conversations ${view.tab} ${cursor ?? "first"}`);
    const all = [...this.conversationMap.values()]
      .filter((conversation) => belongs(conversation, view, ME))
      .map((one) => ({ one, place: placeOf(one, view.sort) }))
      .sort((one, other) => inOrder(view.sort)(one.place, other.place))
      .map(({ one }) => one);
    return paged(all, cursor, this.pageSize);
  }

  async conversationsById(ids: readonly string[]): Promise<Conversation[]> {
    this.ask(`conversations by id ${ids.length}`);
    return ids.flatMap((id) => this.conversationMap.get(id) ?? []);
  }

  async conversation(id: string): Promise<Conversation> {
    this.ask(`conversation ${id}`);
    const found = this.conversationMap.get(id);
    if (!found) throw new Problem(404, { code: "not_found" });
    return found;
  }

  async counts(): Promise<Counts> {
    this.ask("counts");
    const all = [...this.conversationMap.values()];
    const countOf = (view: View) => all.filter((one) => belongs(one, view, ME)).length;
    const count = (tab: View["tab"], unread: boolean) => countOf({ tab, unread });
    const unreadIn = (id: string, view: View) => ({
      id,
      count: countOf({ ...view, unread: true }),
      more: false,
    });
    return {
      mine: count("mine", false),
      unassigned: count("unassigned", false),
      all: count("all", false),
      unread_mine: count("mine", true),
      unread_unassigned: count("unassigned", true),
      unread_all: count("all", true),
      capped_at: 1000,
      unread_connections: [...new Set(all.map((one) => one.connection_id))].map((id) =>
        unreadIn(id, { tab: "all", connection: id }),
      ),
      unread_views: [...this.savedViews].map(([id, view]) => unreadIn(id, view)),
    };
  }

  async messages(conversationId: string, wanted: MessagesWanted): Promise<Page<Message>> {
    this.ask(`messages ${JSON.stringify(wanted)}`);
    const all = [...this.messageMap.values()]
      .filter((message) => message.conversation_id === conversationId)
      .sort((one, other) => comparePlaces(at(one), at(other)));
    const index = (id: string) => all.findIndex((message) => message.id === id);
    if (wanted.after !== undefined) return paged(all.slice(index(wanted.after) + 1), null, this.pageSize);
    if (wanted.around !== undefined) {
      const middle = index(wanted.around);
      const [from, to] = [Math.max(0, middle - 1), Math.min(all.length, middle + 2)];
      return {
        items: all.slice(from, to).reverse(),
        next_cursor: from > 0 ? "older" : null,
        previous_cursor: to < all.length ? "newer" : null,
      };
    }
    const before = wanted.before === undefined ? all : all.slice(0, index(wanted.before));
    return paged(before.reverse(), null, this.pageSize);
  }

  annotations = async (): Promise<Annotation[]> => [];
  people = async (): Promise<Person[]> => [];
  teams = async (): Promise<Team[]> => [];
  labels = async (): Promise<Label[]> => [];
  connections = async (): Promise<Connection[]> => [];

  async markRead(id: string, upTo: string): Promise<Conversation> {
    const seen = this.messageMap.get(upTo);
    const behind = [...this.messageMap.values()].filter(
      (one) => seen && one.conversation_id === id && one.direction === "inbound" && isBehind(one, seen),
    );
    const unread = this.conversationMap.get(id)?.unread_count ?? 0;
    return this.changed(id, { unread_count: Math.min(unread, behind.length) });
  }

  async change(id: string, { unread: _, ...change }: ConversationChange): Promise<Conversation> {
    this.ask(`change ${JSON.stringify(change)}`);
    return this.changed(id, change);
  }

  async changeMany(
    ids: readonly string[],
    { unread: _, ...change }: ConversationChange,
  ): Promise<BulkAnswer> {
    this.ask(`change ${ids.length}`);
    return { changed: ids.map((id) => this.changed(id, change)), refused: [] };
  }

  async send(body: Json, key: string): Promise<{ id: string; status: string; conversation_id: string }> {
    this.ask(`send ${key}`);
    const conversation_id = String(body["conversation_id"]);
    const known = this.sent.get(key);
    const number = 500 + this.sent.size;
    const message =
      known ??
      messageOf(number, conversation_id, {
        direction: "outbound",
        status: "queued",
        text: String(body["text"]),
        provider_message_id: null,
        client_id: key,
      });
    this.sent.set(key, message);
    return { id: message.id, status: message.status, conversation_id };
  }

  private changed(id: string, change: Partial<Conversation>): Conversation {
    const known = this.conversationMap.get(id) ?? conversationOf(1);
    const now = this.put({ ...known, ...change, version: (known.version ?? 0) + 1 });
    this.happen("conversation_updated", now);
    return now;
  }

  private ask(what: string): void {
    this.asked.push(what);
    if (this.refusing) throw this.refusing;
  }
}

const at = (message: Message) => ({ at: message.created_at, id: message.id });
const isBehind = (one: Message, other: Message) => comparePlaces(at(one), at(other)) > 0;

function paged<Item extends { id: string }>(all: Item[], cursor: string | null, size: number): Page<Item> {
  const start = cursor === null ? 0 : all.findIndex((item) => item.id === cursor) + 1;
  const items = all.slice(start, start + size);
  return { items, next_cursor: start + size < all.length ? (items.at(-1)?.id ?? null) : null };
}
