/**
 * Messages that were asked for here and that the server has not confirmed yet.
 *
 * Each has a `client_id`, which is its Idempotency-Key: it may be posted again as often as needed and is sent once. They are posted one
 * after another in each conversation, kept in the browser's database until the server has them, and fail where it has not confirmed
 * them after `PATIENCE`; then only a person tries again, with the same key. What was put in behind a file that is still going up waits for
 * it, with its patience before it: they arrive as whoever wrote them saw them stand.
 */

import { asProblem, Problem, UNREACHABLE } from "@/shared/api/problem";
import { type Backend, isPassing } from "./backend";
import { newId } from "./ids";
import { leftOf, type Timing } from "./topics";
import type { Json } from "./types";

export const PATIENCE = 15_000;
const FIRST_AGAIN = 500;
const LAST_AGAIN = 4_000;

export interface Pending {
  readonly client_id: string;
  readonly conversation_id: string;
  /** What is posted to `messages/send`; null while it is still being prepared (a file that is going up). */
  readonly body: Json | null;
  readonly type: string;
  readonly text: string | null;
  /** What the bubble needs to look right until the server's message is there, such as a file's name. Must survive structured cloning. */
  readonly preview: Json | null;
  readonly reply_to: string | null;
  readonly created_at: string;
  /** held: being prepared · posting: on its way · taken: the server has it · failed: not confirmed, Retry · refused: the server said no. */
  readonly state: "held" | "posting" | "taken" | "failed" | "refused";
  /** How much of it is prepared, from 0 to 1. */
  readonly progress: number | null;
  /** The message it became, once the server has told. */
  readonly message_id: string | null;
  /** Why it failed or was refused; while it is posted again, why the last try did not get through. */
  readonly problem: Problem | null;
  /** When it was last tried by somebody, in milliseconds since 1970: it fails `PATIENCE` later. 0: not yet, as it stands behind a file. */
  readonly tried_at: number;
}

export interface NewMessage {
  conversation_id: string;
  body: Json;
  type: string;
  text?: string | null;
  preview?: Json | null;
  reply_to?: string | null;
}

/** Where pending messages outlive a reload. */
export interface OutboxPlace {
  load(): Promise<Pending[]>;
  save(pending: Pending): Promise<void>;
  remove(clientId: string): Promise<void>;
  /** Let the other pages of the same owner forget it too. */
  tellDiscarded(clientId: string): void;
  /** Hear what they let go; returns how to stop. */
  hearDiscarded(ear: (clientId: string) => void): () => void;
}

interface Told {
  changed(pending: Pending): void;
  taken(clientId: string, messageId: string): void;
}

export class Outbox {
  private readonly pendings = new Map<string, Pending>();
  private readonly posting = new Set<string>(); // conversations
  private readonly alarms = new Map<string, () => void>();
  private readonly backend: Pick<Backend, "send">;
  private readonly place: OutboxPlace;
  private readonly timing: Timing;
  private readonly told: Told;
  private readonly clock: () => number;
  private stopped = false;
  /** What a stopped outbox leaves to whoever takes it up from the browser's database. */
  private readonly left = new Set<string>();
  private heir: Outbox | null = null;
  private readonly deafen: () => void;

  constructor(parts: {
    backend: Pick<Backend, "send">;
    place: OutboxPlace;
    timing: Timing;
    told: Told;
    clock?: () => number;
  }) {
    this.backend = parts.backend;
    this.place = parts.place;
    this.timing = parts.timing;
    this.told = parts.told;
    this.clock = parts.clock ?? Date.now;
    this.deafen = this.place.hearDiscarded((clientId) => this.drop(clientId));
  }

  get(clientId: string): Pending | undefined {
    return this.pendings.get(clientId);
  }

  all(): Iterable<Pending> {
    return this.pendings.values();
  }

  /** Return the keys of the lines that wait in a conversation, in the order they were asked for. */
  keysOf(conversationId: string): string[] {
    const those = [...this.pendings.values()].filter((pending) => pending.conversation_id === conversationId);
    return those.map((pending) => pending.client_id);
  }

  /** Return what was not sent and waits for somebody to try again or to let it go, in the order it was asked for. */
  stuck(): Pending[] {
    return [...this.pendings.values()].filter(({ state }) => state === "failed" || state === "refused");
  }

  /** Let what waits in a conversation go on in the one it has become part of. */
  move(from: string, to: string): void {
    for (const clientId of this.keysOf(from)) {
      const pending = this.pendings.get(clientId) as Pending;
      this.set(
        { ...pending, conversation_id: to },
        { save: pending.body !== null && pending.state !== "taken" },
      );
    }
    this.next(to);
  }

  /** Take up what an earlier page left: what is younger than `PATIENCE` goes on by itself, the rest waits for a person. */
  async restore(): Promise<void> {
    for (const kept of await this.place.load()) {
      if (this.stopped) return;
      if (this.pendings.has(kept.client_id)) continue;
      const late = kept.state === "posting" && this.clock() - kept.tried_at >= PATIENCE;
      this.set({ ...kept, state: late ? "failed" : kept.state }, { save: late });
      this.watch(kept.client_id);
      this.next(kept.conversation_id);
    }
  }

  add(message: NewMessage): Pending {
    const made = this.made(message, "posting");
    // Another page, and this one without the file once it was loaded anew, would post it out of turn: there it is for a person to send.
    const pending = this.waits(made) ? { ...made, tried_at: 0 } : made;
    this.set(pending);
    this.watch(pending.client_id);
    this.next(pending.conversation_id);
    return pending;
  }

  /** Show a message whose body is not ready yet. It is not kept over a reload before it is released. */
  hold(message: Omit<NewMessage, "body">): Pending {
    const pending = this.made({ ...message, body: {} }, "held");
    this.set({ ...pending, body: null, progress: 0 }, { save: false });
    return pending;
  }

  /** Tell whether something is not ready to be posted, and so is kept nowhere else. */
  isPreparing(): boolean {
    return [...this.pendings.values()].some((pending) => pending.body === null);
  }

  /** Let what is being prepared here, and what waits behind it, go on in the outbox that the same owner has now. */
  handOver(heir: Outbox): void {
    this.heir = heir;
    const those = [...this.pendings.values()].filter((one) => one.body === null || this.waits(one));
    for (const pending of those) {
      this.pendings.delete(pending.client_id);
      heir.set(pending, { save: false }); // what waits is kept already
    }
  }

  progress(clientId: string, done: number): void {
    this.heir?.progress(clientId, done);
    const held = this.pendings.get(clientId);
    if (held?.state === "held") this.set({ ...held, progress: done }, { save: false });
  }

  /** Post what is ready now: also where the outbox was stopped meanwhile, as nobody else knows of it. */
  release(clientId: string, body: Json): void {
    this.heir?.release(clientId, body);
    const held = this.pendings.get(clientId);
    if (!held) return; // discarded meanwhile
    this.set({ ...held, body, progress: null, state: "posting", tried_at: this.clock() });
    this.watch(clientId);
    this.goOn(held.conversation_id);
  }

  refuse(clientId: string, problem: Problem): void {
    this.heir?.refuse(clientId, problem);
    const pending = this.pendings.get(clientId);
    if (!pending) return;
    this.set({ ...pending, state: "refused", problem, progress: null }, { save: pending.body !== null });
    this.goOn(pending.conversation_id);
  }

  /** Try once more with the same key; `change` replaces members of the body of one that was refused. */
  retry(clientId: string, change: Json = {}): void {
    const pending = this.pendings.get(clientId);
    if (!pending?.body || (pending.state !== "failed" && pending.state !== "refused")) return;
    const body = { ...pending.body, ...change };
    this.set({ ...pending, body, state: "posting", problem: null, tried_at: this.clock() });
    this.watch(clientId);
    this.next(pending.conversation_id);
  }

  /** Forget a message that was not sent, in every tab. */
  discard(clientId: string): void {
    if (!this.pendings.has(clientId)) return;
    this.drop(clientId);
    this.place.tellDiscarded(clientId);
  }

  /** Note that the server told of the message: by its answer, or by an event that was quicker. */
  confirm(clientId: string, messageId: string): void {
    const pending = this.pendings.get(clientId);
    if (!pending || pending.state === "taken") return;
    this.quiet(clientId);
    this.set({ ...pending, state: "taken", message_id: messageId, problem: null }, { save: false });
    void this.place.remove(clientId);
    this.told.taken(clientId, messageId);
  }

  /** Let go of a confirmed one, once its message is here. */
  forget(clientId: string): void {
    this.quiet(clientId);
    this.pendings.delete(clientId);
    void this.place.remove(clientId);
  }

  /** Forget all of them, also what an earlier page left. */
  async clear(): Promise<void> {
    const kept = await this.place.load();
    for (const { client_id } of [...this.pendings.values(), ...kept]) this.forget(client_id);
  }

  stop(): void {
    this.stopped = true;
    this.deafen();
    for (const one of this.pendings.values()) {
      // What waits behind a file goes out from here with it: the file is kept nowhere else.
      if (one.body !== null && !this.waits(one)) this.left.add(one.client_id);
    }
    for (const clientId of [...this.alarms.keys()]) this.quiet(clientId);
  }

  private drop(clientId: string): void {
    const pending = this.pendings.get(clientId);
    if (!pending || pending.state === "taken") return;
    this.forget(clientId);
    this.told.changed(pending);
    this.goOn(pending.conversation_id);
  }

  private made(message: NewMessage, state: Pending["state"]): Pending {
    return {
      client_id: newId(),
      conversation_id: message.conversation_id,
      body: message.body,
      type: message.type,
      text: message.text ?? null,
      preview: message.preview ?? null,
      reply_to: message.reply_to ?? null,
      created_at: new Date(this.clock()).toISOString(),
      state,
      progress: null,
      message_id: null,
      problem: null,
      tried_at: this.clock(),
    };
  }

  private set(pending: Pending, { save = true }: { save?: boolean } = {}): void {
    this.pendings.set(pending.client_id, pending);
    if (save) void this.place.save(pending);
    this.told.changed(pending);
  }

  private watch(clientId: string): void {
    this.quiet(clientId);
    const pending = this.pendings.get(clientId);
    if (pending?.state !== "posting" || this.waits(pending)) return;
    const left = leftOf(PATIENCE, pending.tried_at, this.clock());
    this.alarms.set(
      clientId,
      this.timing.later(() => this.giveUp(clientId), left),
    );
  }

  private giveUp(clientId: string): void {
    this.alarms.delete(clientId);
    const pending = this.pendings.get(clientId);
    if (pending?.state === "posting")
      this.set({
        ...pending,
        state: "failed",
        problem: pending.problem ?? new Problem(0, { code: UNREACHABLE }),
      });
  }

  /** Whether it stands behind a file that is still being prepared. A reaction does not: it stands at what it is about. */
  private waits({ client_id, conversation_id, type }: Pending): boolean {
    if (type === "reaction") return false;
    for (const other of this.pendings.values()) {
      if (other.client_id === client_id) return false;
      if (other.conversation_id === conversation_id && other.state === "held") return true;
    }
    return false;
  }

  /** A file is on its way, or will not go: what waited for it alone has its time from now on. */
  private goOn(conversationId: string): void {
    for (const key of this.keysOf(conversationId)) {
      const pending = this.pendings.get(key);
      if (pending?.state !== "posting" || this.alarms.has(key) || this.left.has(key)) continue;
      if (this.waits(pending)) continue;
      this.set({ ...pending, tried_at: this.clock() });
      this.watch(key);
    }
    this.next(conversationId);
  }

  private quiet(clientId: string): void {
    this.alarms.get(clientId)?.();
    this.alarms.delete(clientId);
  }

  /** Post what is the next of a conversation, unless something of it is under way: they arrive in the order they were written. */
  private next(conversationId: string): void {
    if (this.posting.has(conversationId)) return;
    const first = [...this.pendings.values()].find(
      (pending) =>
        pending.conversation_id === conversationId &&
        pending.state === "posting" &&
        !this.left.has(pending.client_id) &&
        !this.waits(pending),
    );
    if (!first) return;
    this.posting.add(conversationId);
    void this.post(first.client_id).finally(() => {
      this.posting.delete(conversationId);
      this.next(conversationId);
    });
  }

  private async post(clientId: string): Promise<void> {
    for (let wait = FIRST_AGAIN; ; wait = Math.min(LAST_AGAIN, wait * 2)) {
      const pending = this.pendings.get(clientId);
      if (this.left.has(clientId) || pending?.state !== "posting" || !pending.body) return;
      try {
        const answer = await this.backend.send(pending.body, clientId);
        return this.confirm(clientId, answer.id);
      } catch (error) {
        const problem = asProblem(error); // whatever it was, trying again at once would not help
        if (!isPassing(problem)) return this.refuse(clientId, problem);
        const still = this.pendings.get(clientId);
        if (still?.state === "posting") this.set({ ...still, problem }, { save: false });
      }
      await new Promise<void>((resolve) => this.timing.later(resolve, wait));
    }
  }
}
