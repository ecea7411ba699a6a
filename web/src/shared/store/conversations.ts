/** The conversations that are known, the lists they stand in, the counts, and changes that show before the server has answered. Pure. */

import type { Problem } from "@/shared/api/problem";
import { counted } from "./counting";
import { mergeConversation, same, withStatus } from "./merging";
import type { Topic } from "./topics";
import type { Conversation, Counts, MessageStatus } from "./types";
import { belongs, keyOfView, OrderedList, placeOf, type View } from "./views";

/** A list as it is shown: the first `count` of `ids`. A new object whenever it changed; `ids` is the same array all along. */
export interface ListState {
  readonly ids: readonly string[];
  readonly count: number;
  readonly loading: "first" | "more" | null;
  /** Why it could not be loaded. */
  readonly failed: Problem | null;
  /** Whether everything that belongs to the list is here. */
  readonly complete: boolean;
}

export interface KnownList {
  readonly view: View;
  readonly order: OrderedList;
  state: ListState;
  next: string | null;
}

/** How things stood when the counts were asked for. */
export interface CountsAsked {
  moves: number;
  /** Something was shown already that the server had not answered yet. */
  wishing: boolean;
}

/** Hears that a conversation is part of another now, so that what hangs on its id moves along. */
export type Merged = (from: string, into: string) => void;

export class Conversations {
  readonly me: string | null;
  readonly lists = new Map<string, KnownList>();
  counts: Counts | null = null;
  /** Whether the counts may have drifted: they were stepped on by what is known here. */
  countsStale = false;
  /** Whether the counts are wrong: something moved of which it is not known where it was counted before. */
  countsMissed = false;
  private moves = 0;
  private readonly known = new Map<string, Conversation>();
  private readonly wishes = new Map<string, Map<number, Partial<Conversation>>>();
  private readonly shown = new Map<string, Conversation>();
  private readonly redirects = new Map<string, string>();
  private wishNumber = 0;
  private reading: string | null = null;
  /** Lists in which the open conversation stays although they were loaded anew without it. */
  private readonly staysIn = new Set<string>();
  private readonly missing = new Set<string>();
  /** The views that were saved, each with its unread conversations alone. */
  private saved: ReadonlyMap<string, View> = new Map();
  private readonly touch: (topic: Topic) => void;
  private readonly merged: Merged;

  constructor(me: string | null, touch: (topic: Topic) => void, merged: Merged) {
    this.me = me;
    this.touch = touch;
    this.merged = merged;
  }

  /** Return a conversation as it is to be shown, with what was changed here and not yet answered. */
  get(id: string): Conversation | undefined {
    return this.shown.get(id) ?? this.known.get(id);
  }

  all(): Iterable<string> {
    return this.known.keys();
  }

  /** Return the id a conversation goes by now: another one where it was merged. */
  liveId(id: string): string {
    let live = id;
    for (let next = this.redirects.get(live); next !== undefined; next = this.redirects.get(live))
      live = next;
    return live;
  }

  /** An event is about this conversation (none: about some that it does not name): if it is not here, nobody knows how it was counted. */
  heard(id?: string): void {
    if (id !== undefined && this.get(id)) return;
    this.countsMissed = true;
    this.moves += 1;
  }

  put(told: Conversation): void {
    const known = this.known.get(told.id);
    const merged = known ? mergeConversation(known, told) : told;
    this.redirects.delete(told.id);
    if (merged !== known) this.replace(told.id, merged);
  }

  /** Note the status of a message, where it is the last one of its conversation. */
  putStatus(id: string, messageId: string, status: MessageStatus): void {
    const known = this.known.get(id);
    if (!known) return;
    const now = withStatus(known, messageId, status);
    if (now !== known) this.replace(id, now);
  }

  /** Forget a conversation that is no more, or is part of another now. */
  remove(id: string, into?: string): void {
    if (into !== undefined && into !== id) {
      this.redirects.set(id, into);
      this.merged(id, into);
    } else this.missing.add(id);
    this.replace(id, undefined);
  }

  /** Show a change before the server has answered. Return what takes it back. */
  wish(id: string, change: Partial<Conversation>): () => void {
    this.wishNumber += 1;
    const number = this.wishNumber;
    const those = this.wishes.get(id) ?? new Map<number, Partial<Conversation>>();
    this.wishes.set(id, those.set(number, change));
    this.replace(id, this.known.get(id));
    return () => {
      if (!those.delete(number)) return;
      if (those.size === 0) this.wishes.delete(id);
      this.replace(id, this.known.get(id));
    };
  }

  /** Say which conversation is open (null: none): reading it does not take it out of a list of unread ones, leaving it does. */
  setReading(id: string | null): void {
    const before = this.reading;
    this.reading = id;
    if (before !== id) this.staysIn.clear();
    if (before === null || before === id) return;
    for (const list of this.lists.values()) {
      if (this.place(list, before)) this.setList(list, {});
    }
  }

  /** Take over from what is forgotten which views were saved, which conversation is open, and in which lists it stays although it has been read. */
  goOnReading(former: Conversations): void {
    this.saved = former.saved;
    this.reading = former.reading;
    if (former.reading === null) return;
    for (const [key, { order }] of former.lists)
      if (order.placeOfId(former.reading) !== undefined) this.staysIn.add(key);
  }

  /** Whether it is known that there is none of this id. */
  isMissing(id: string): boolean {
    return this.missing.has(id);
  }

  list(view: View): KnownList {
    const key = keyOfView(view);
    const known = this.lists.get(key);
    if (known) return known;
    const order = new OrderedList(view.sort);
    const state: ListState = { ids: order.ids, count: 0, loading: null, failed: null, complete: false };
    const made: KnownList = { view, order, state, next: null };
    this.lists.set(key, made);
    for (const id of this.known.keys()) this.place(made, id);
    return made;
  }

  setList(list: KnownList, change: Partial<Omit<ListState, "ids" | "count">>): void {
    list.state = { ...list.state, ...change, count: list.order.count };
    this.touch(`list/${keyOfView(list.view)}`);
  }

  /** Add a page that follows what the list has. */
  addPage(list: KnownList, items: readonly Conversation[], next: string | null): void {
    for (const item of items) this.put(item);
    const last = items.at(-1);
    const reach = next === null || !last ? null : placeOf(last, list.view.sort);
    list.order.extend(reach);
    list.next = next;
    this.setList(list, { loading: null, failed: null, complete: next === null });
  }

  /** Return what tells, with the answer, whether something moved while the counts were asked for. */
  countsAsked(): CountsAsked {
    return { moves: this.moves, wishing: this.wishes.size > 0 };
  }

  /** Take the counts over; whether what moved meanwhile is in them already is not known. */
  setCounts(counts: Counts | null, asked: CountsAsked = this.countsAsked()): void {
    this.countsStale = false;
    this.countsMissed = asked.wishing || asked.moves !== this.moves;
    if (same(counts, this.counts)) return;
    this.counts = counts;
    this.touch("counts");
  }

  /** Say which views were saved. Return whether what is unread in them has to be asked for: in one that is new, or shows something else now. */
  setSaved(views: ReadonlyMap<string, View>): boolean {
    const former = this.saved;
    this.saved = new Map([...views].map(([id, view]) => [id, { ...view, unread: true }]));
    if (!this.counts) return false;
    const known = new Set(this.counts.unread_views.map(({ id }) => id));
    return [...this.saved].some(([id, view]) => {
      const before = former.get(id);
      return before ? keyOfView(before) !== keyOfView(view) : !known.has(id);
    });
  }

  private replace(id: string, now: Conversation | undefined): void {
    const before = this.get(id);
    if (now) this.missing.delete(id);
    if (now) this.known.set(id, now);
    else this.known.delete(id);
    const wishes = this.wishes.get(id);
    if (now && wishes) this.shown.set(id, Object.assign({ ...now }, ...wishes.values()));
    else this.shown.delete(id);
    const after = this.get(id);
    for (const list of this.lists.values()) {
      if (this.place(list, id)) this.setList(list, {});
    }
    this.count(before, after);
    this.touch(`conversation/${id}`);
  }

  private place(list: KnownList, id: string): boolean {
    const now = this.get(id);
    const stays = () => list.order.placeOfId(id) !== undefined || this.staysIn.has(keyOfView(list.view));
    const isRead = id === this.reading && stays();
    const view = isRead ? { ...list.view, unread: false } : list.view;
    return list.order.put(id, now && belongs(now, view, this.me) ? placeOf(now, list.view.sort) : null);
  }

  private count(before: Conversation | undefined, after: Conversation | undefined): void {
    if (!this.counts) {
      if (before) this.moves += 1; // an answer that is under way does not know of it
      return;
    }
    if (!before) {
      this.countsStale = true;
      return;
    }
    const counts = counted(this.counts, { before, after }, this.me, this.saved);
    if (same(counts, this.counts)) return;
    this.counts = counts;
    this.moves += 1;
    this.countsStale = true; // a sum of steps drifts: it shows at once, and the server's word follows
    this.touch("counts");
  }
}
