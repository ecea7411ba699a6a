/** What is asked of the API, and that each thing is asked for once at a time. */

import { asProblem, isProblem, NO_PROBLEM } from "@/shared/api/problem";
import { type Backend, isPassing, type MessagesWanted } from "./backend";
import type { KnownList } from "./conversations";
import type { Place } from "./moments";
import { Recount } from "./recount";
import type { Directories, Need, State } from "./state";
import type { Threads } from "./threads";
import type { Timing, Topics } from "./topics";
import type { Conversation, Message, Page } from "./types";
import type { View } from "./views";

const GATHER = 50; // milliseconds: what events ask for is asked together
const AGAIN = 5_000; // what the server did not answer
const MOST_AT_ONCE = 100; // ids in an address: of the 200 that the server takes it would be longer than the 8 KiB that nginx lets through

/** What a thread is loading: where somebody goes to (a message; null: the latest), or a further page (undefined). */
interface Running {
  goal: string | null | undefined;
  done: Promise<void>;
}

type SpanOf = (items: readonly Message[], page: Page<Message>) => { from: Place | null; to: Place | null };

export class Loading {
  private readonly backend: Backend;
  private readonly state: () => State;
  private readonly topics: Topics;
  private readonly timing: Timing;
  private readonly ready: Promise<void>;
  private readonly wanted = new Set<string>();
  private readonly directories = new Set<keyof Directories>();
  private readonly running = new Map<string, Running>(); // by conversation
  private cancels = new Set<() => void>();
  private gathering = false;
  private readonly recount: Recount;
  private stopped = false;

  constructor(parts: {
    backend: Backend;
    state: () => State;
    topics: Topics;
    timing: Timing;
    ready: Promise<void>;
  }) {
    this.backend = parts.backend;
    this.state = parts.state;
    this.topics = parts.topics;
    this.timing = parts.timing;
    this.ready = parts.ready;
    const ask = () => this.askCounts();
    this.recount = new Recount({ ask, timing: parts.timing });
  }

  stop(): void {
    this.stopped = true;
    this.recount.stop();
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }

  /** Load the first page of a list, unless it is here or under way. */
  async list(view: View): Promise<void> {
    const list = this.state().conversations.list(view);
    if (list.state.loading || list.state.complete || list.next !== null) return;
    await this.page(list, "first");
  }

  /** Load the next page of a list. */
  async more(view: View): Promise<void> {
    const list = this.state().conversations.list(view);
    if (list.state.loading || list.next === null) return;
    await this.page(list, "more");
  }

  /** Load the latest page of a thread and open it. */
  async thread(conversationId: string): Promise<void> {
    await this.goTo(conversationId, null, {}, (items, page) => ({
      from: page.next_cursor === null ? null : placeOf(items.at(-1)),
      to: null,
    }));
  }

  async older(conversationId: string, anchor: string | null): Promise<void> {
    const ends = this.state().threads.ends(conversationId, anchor);
    if (!ends) return this.stretchOf(conversationId, anchor);
    await this.stretch(conversationId, "older", { before: ends.first.id }, (items, page) => ({
      from: page.next_cursor === null ? null : placeOf(items.at(-1)),
      to: ends.first,
    }));
  }

  async newer(conversationId: string, anchor: string | null): Promise<void> {
    const ends = this.state().threads.ends(conversationId, anchor);
    if (!ends) return this.stretchOf(conversationId, anchor);
    await this.stretch(conversationId, "newer", { after: ends.last.id }, (items, page) => ({
      from: ends.last,
      to: page.next_cursor === null ? null : placeOf(items.at(-1)),
    }));
  }

  /** Load the messages around one, or around a note, to jump there. */
  async around(conversationId: string, lineId: string): Promise<void> {
    await this.goTo(conversationId, lineId, { around: lineId }, (items, page) => {
      const newestFirst = [...items].sort((one, other) => (one.created_at < other.created_at ? 1 : -1));
      return {
        from: page.next_cursor === null ? null : placeOf(newestFirst.at(-1)),
        to: (page.previous_cursor ?? null) === null ? null : placeOf(newestFirst[0]),
      };
    });
  }

  /** Ask for one conversation now. Return the id it goes by, or null where there is none. */
  async conversation(id: string): Promise<string | null> {
    await this.ready;
    const { conversations } = this.state();
    const live = conversations.liveId(id);
    if (conversations.get(live)) return live;
    const found = await this.backend.conversation(id).catch(absent);
    if (!found) {
      this.state().conversations.remove(id);
      return null;
    }
    if (found.id !== id) conversations.remove(id, found.id);
    this.state().putConversation(found);
    return found.id;
  }

  directory(of: keyof Directories): void {
    this.directories.add(of);
    this.gather();
  }

  /** Ask for what events did not carry, soon and together. */
  need(needs: readonly Need[]): void {
    for (const need of needs) {
      if (need.kind === "directory") this.directories.add(need.of);
      else if (need.kind === "conversation") this.wanted.add(need.id);
      else if (need.kind === "message") void this.message(need.conversation_id, need.id);
      else this.needContacts(need.ids, need.moved);
    }
    if (this.wanted.size || this.directories.size) this.gather();
  }

  /** Ask for the counts where they are not known, or may be wrong; at once where `now` says so. */
  counts({ now = false } = {}): void {
    const { conversations } = this.state();
    if (now) this.recount.want("now");
    else if (conversations.countsMissed) this.recount.want("soon");
    else if (conversations.countsStale || !conversations.counts) this.recount.want("some_time");
  }

  private async askCounts(): Promise<void> {
    const { conversations } = this.state();
    const asked = conversations.countsAsked();
    const counts = await this.backend.counts().catch(this.unheard(() => this.counts()));
    if (!counts || conversations !== this.state().conversations) return;
    conversations.setCounts(counts, asked);
    this.counts(); // what changed on the way may be in the answer, or not
  }

  private async page(list: KnownList, loading: "first" | "more"): Promise<void> {
    this.state().conversations.setList(list, { loading, failed: null });
    await this.ready;
    const state = this.state();
    try {
      const page = await this.backend.conversations(list.view, loading === "first" ? null : list.next);
      state.conversations.addPage(list, page.items, page.next_cursor);
    } catch (error) {
      state.conversations.setList(list, { loading: null, failed: asProblem(error) });
    }
  }

  /** A stretch of which nothing is here has no ends to read on from: it is loaded itself. */
  private stretchOf(conversationId: string, anchor: string | null): Promise<void> {
    return anchor === null ? this.thread(conversationId) : this.around(conversationId, anchor);
  }

  /** Open a thread and load the stretch that somebody goes to, after what is under way in it: they ask once, and wait for it. */
  private async goTo(
    conversationId: string,
    anchor: string | null,
    wanted: MessagesWanted,
    spanOf: SpanOf,
  ): Promise<void> {
    this.state().threads.open(conversationId, (id) => this.topics.isWatched(`thread/${id}`));
    for (;;) {
      const { threads } = this.state();
      if (threads.hasLoaded(conversationId, anchor)) return threads.forgive(conversationId);
      const running = this.running.get(conversationId);
      if (!running || !threads.isLoading(conversationId)) break;
      await running.done;
      if (running.goal === anchor) return; // it is here, or told of as failed
    }
    await this.stretch(conversationId, anchor === null ? "first" : "around", wanted, spanOf);
  }

  /** Load a page of a thread, unless another is under way. */
  private stretch(
    conversationId: string,
    loading: "first" | "older" | "newer" | "around",
    wanted: MessagesWanted,
    spanOf: SpanOf,
  ): Promise<void> {
    const { threads } = this.state();
    if (threads.isLoading(conversationId)) return Promise.resolve();
    threads.setThread(conversationId, { loading, failed: null });
    const goal = loading === "first" ? null : wanted.around;
    const done = this.fill(threads, conversationId, wanted, spanOf).finally(() => {
      if (this.running.get(conversationId)?.done === done) this.running.delete(conversationId);
    });
    this.running.set(conversationId, { goal, done });
    return done;
  }

  private async fill(
    threads: Threads,
    conversationId: string,
    wanted: MessagesWanted,
    spanOf: SpanOf,
  ): Promise<void> {
    await this.ready;
    try {
      const page = await this.backend.messages(conversationId, wanted);
      const span = spanOf(page.items, page);
      const [from, to] = [span.from?.at ?? null, span.to?.at ?? null];
      const notes = await this.backend.annotations(conversationId, from, to);
      threads.addPage(conversationId, page.items, span);
      for (const note of notes) threads.putAnnotation(note);
    } catch (error) {
      threads.setThread(conversationId, { loading: null, failed: asProblem(error) });
    }
  }

  private async message(conversationId: string, id: string): Promise<void> {
    const again = () => this.after(AGAIN, () => this.message(conversationId, id));
    const page = await this.backend.messages(conversationId, { around: id }).catch(this.unheard(again));
    for (const message of page?.items ?? []) this.state().putMessage(message);
  }

  private needContacts(contactIds: readonly string[], moved: boolean): void {
    const { conversations, threads } = this.state();
    for (const id of conversations.all()) {
      if (!contactIds.includes(conversations.get(id)?.contact.id ?? "")) continue;
      this.wanted.add(id);
      if (!moved || !threads.isOpen(id)) continue;
      threads.close(id);
      if (this.topics.isWatched(`thread/${id}`)) void this.thread(id);
    }
  }

  private gather(wait = GATHER): void {
    if (this.gathering) return;
    this.gathering = true;
    this.after(wait, async () => {
      this.gathering = false;
      const ids = [...this.wanted];
      this.wanted.clear();
      const directories = [...this.directories];
      this.directories.clear();
      for (let at = 0; at < ids.length; at += MOST_AT_ONCE)
        await this.refresh(ids.slice(at, at + MOST_AT_ONCE));
      for (const of of directories) await this.loadDirectory(of);
    });
  }

  private async refresh(ids: readonly string[]): Promise<void> {
    const found = await this.backend.conversationsById(ids).catch(this.unheard(() => this.want(ids)));
    if (!found) return;
    for (const conversation of found) this.state().hearConversation(conversation);
    const here = new Set(found.map((conversation) => conversation.id));
    for (const id of ids) if (!here.has(id)) await this.replaced(id);
    this.counts();
  }

  /** A conversation that is not listed was merged into another, or is no more. */
  private async replaced(id: string): Promise<void> {
    let live: Conversation | null;
    try {
      live = await this.backend.conversation(id).catch(absent);
    } catch (error) {
      return void this.unheard(() => this.want([id]))(error);
    }
    const state = this.state();
    state.conversations.heard(id);
    if (live?.id !== id) state.conversations.remove(id, live?.id);
    if (live) state.hearConversation(live);
  }

  private async loadDirectory(of: keyof Directories): Promise<void> {
    const state = this.state();
    const { backend } = this;
    const unheard = this.unheard(() => {
      this.directories.add(of);
      this.gather(AGAIN);
    });
    if (of === "people") {
      const people = await backend.people().catch(unheard);
      if (people) state.setDirectory(of, new Map(people.map((person) => [person.user_id, person])));
      return;
    }
    const items = await backend[of]().catch(unheard);
    if (items)
      state.setDirectory(of, new Map(items.map((item) => [item.id, item])) as Directories[typeof of]);
  }

  private want(conversationIds: readonly string[]): void {
    for (const id of conversationIds) this.wanted.add(id);
    this.gather(AGAIN);
  }

  /** Return what takes a failure: the event that made us ask is not told again, so it is `again` that asks once the server may answer. */
  private unheard(again: () => void): (error: unknown) => null {
    return (error) => {
      if (!isProblem(error)) reportError(error);
      else if (isPassing(error)) again();
      return null;
    };
  }

  private after(milliseconds: number, run: () => Promise<void>): void {
    if (this.stopped) return;
    const cancel = this.timing.later(() => {
      this.cancels.delete(cancel);
      void run();
    }, milliseconds);
    this.cancels.add(cancel);
  }
}

function placeOf(message: Message | undefined): Place | null {
  return message ? { at: message.created_at, id: message.id } : null;
}

/** Only the API knows that there is none: a proxy in front of a server that starts anew answers 404 as well. */
function absent(error: unknown): null {
  if (isProblem(error) && error.status === 404 && error.code !== NO_PROBLEM) return null;
  throw error;
}
