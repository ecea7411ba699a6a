/** Who is looking at which conversation: what colleagues do as the server tells it, and what is told of us. Never stored. */

import { same } from "./merging";
import { leftOf, type Timing, type Topic } from "./topics";
import type { Viewer } from "./types";

const SAY_FIRST = 250;
const SAY_EVERY = 3_000; // at most
const SAY_AGAIN = 5_000; // the server forgets us after 10 seconds
const STOPPED_TYPING = 4_000;

export class Presence {
  private readonly viewers = new Map<string, readonly Viewer[]>();
  private readonly me: string | null;
  private readonly touch: (topic: Topic) => void;
  private readonly say: (frame: object) => void;
  private readonly timing: Timing;
  private viewing: string | null = null;
  private mode: Viewer["mode"] = "reply";
  private typedAt = Number.NEGATIVE_INFINITY;
  private saidAt = Number.NEGATIVE_INFINITY;
  private cancel: (() => void) | null = null;

  constructor(parts: {
    me: string | null;
    touch: (topic: Topic) => void;
    say: (frame: object) => void;
    timing: Timing;
  }) {
    this.me = parts.me;
    this.touch = parts.touch;
    this.say = parts.say;
    this.timing = parts.timing;
  }

  /** Return the colleagues at a conversation; the array is the same as long as they are. */
  at(conversationId: string): readonly Viewer[] {
    return this.viewers.get(conversationId) ?? NOBODY;
  }

  hear(conversationId: string, people: readonly Viewer[]): void {
    const others = people.filter((person) => person.user_id !== this.me);
    if (same(others, this.at(conversationId))) return;
    if (others.length) this.viewers.set(conversationId, others);
    else this.viewers.delete(conversationId);
    this.touch(`presence/${conversationId}`);
  }

  /** Nothing is known any more, as after a lost connection. */
  clear(): void {
    for (const conversationId of [...this.viewers.keys()]) this.hear(conversationId, []);
  }

  /** Tell which conversation is open here; null: none. */
  look(conversationId: string | null): void {
    if (this.viewing === conversationId) return;
    this.viewing = conversationId;
    this.typedAt = Number.NEGATIVE_INFINITY;
    this.speak();
  }

  /** Tell that something is being typed in the open conversation; to be called with every key. */
  type(mode: Viewer["mode"]): void {
    const fresh = !this.isTyping() || mode !== this.mode;
    this.mode = mode;
    this.typedAt = this.timing.now();
    if (fresh) this.speak();
  }

  /** Tell that nothing is being typed any more, as after sending. */
  rest(): void {
    if (!this.isTyping()) return;
    this.typedAt = Number.NEGATIVE_INFINITY;
    this.speak();
  }

  /** Say it again, as after a new connection. */
  repeat(): void {
    if (this.viewing !== null) this.speak();
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private isTyping(): boolean {
    return this.timing.now() - this.typedAt < STOPPED_TYPING;
  }

  private speak(): void {
    this.cancel?.();
    this.cancel = null;
    const wait = leftOf(SAY_FIRST, this.saidAt, this.timing.now()); // whoever runs through the list does not tell each one
    this.cancel = this.timing.later(() => this.speakNow(), wait);
  }

  private speakNow(): void {
    this.saidAt = this.timing.now();
    this.say({ type: "viewing", conversation_id: this.viewing, typing: this.isTyping(), mode: this.mode });
    this.cancel =
      this.viewing === null
        ? null
        : this.timing.later(() => this.speakNow(), this.isTyping() ? SAY_EVERY : SAY_AGAIN);
  }
}

const NOBODY: readonly Viewer[] = [];
