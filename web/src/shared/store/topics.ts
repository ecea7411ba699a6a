/**
 * Who wants to know of what, and when they are told.
 *
 * What changes is marked as dirty; those who listen are told together, at most once in `FLUSH_EVERY` milliseconds however many events
 * come, so that a flood repaints ten times a second and a single event at once. A timer does it, as frames stop in hidden tabs.
 */

export type Topic =
  | `conversation/${string}`
  | `list/${string}`
  | `thread/${string}`
  | `line/${string}`
  | `presence/${string}`
  | `draft/${string}`
  | `held/${string}`
  | "counts"
  | "people"
  | "labels"
  | "teams"
  | "connections"
  | "status"
  | "outbox";

export const FLUSH_EVERY = 100;
const FLUSH_HIDDEN = 250;

export interface Timing {
  now(): number;
  later(run: () => void, milliseconds: number): () => void;
  hidden(): boolean;
}

export const browserTiming: Timing = {
  now: () => Date.now(), // unlike performance.now(), it goes on while a laptop sleeps
  later: (run, milliseconds) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  hidden: () => typeof document !== "undefined" && document.hidden,
};

/** Return how many of `span` milliseconds are left since `began`: never more than all of it, as clocks are set back, too. */
export function leftOf(span: number, began: number, now: number): number {
  return Math.min(span, Math.max(0, began + span - now));
}

export class Topics {
  private readonly listeners = new Map<Topic, Set<() => void>>();
  private readonly dirty = new Set<Topic>();
  private readonly timing: Timing;
  private cancel: (() => void) | null = null;
  private flushedAt = Number.NEGATIVE_INFINITY;

  constructor(timing: Timing = browserTiming) {
    this.timing = timing;
  }

  /** Call `listener` after `topic` has changed, until the function that is returned is called. */
  subscribe(topic: Topic, listener: () => void): () => void {
    const those = this.listeners.get(topic) ?? new Set();
    this.listeners.set(topic, those.add(listener));
    return () => {
      those.delete(listener);
      if (those.size === 0 && this.listeners.get(topic) === those) this.listeners.delete(topic);
    };
  }

  isWatched(topic: Topic): boolean {
    return this.listeners.has(topic);
  }

  touch(topic: Topic): void {
    this.dirty.add(topic);
    if (this.cancel) return;
    const every = this.timing.hidden() ? FLUSH_HIDDEN : FLUSH_EVERY;
    const wait = leftOf(every, this.flushedAt, this.timing.now());
    this.cancel = this.timing.later(() => this.flush(), wait);
  }

  touchAll(): void {
    for (const topic of this.listeners.keys()) this.touch(topic);
  }

  /** Tell at once: what somebody did here themselves shows without delay. */
  flush(): void {
    this.cancel?.();
    this.cancel = null;
    this.flushedAt = this.timing.now();
    const topics = [...this.dirty];
    this.dirty.clear();
    for (const topic of topics) for (const listener of [...(this.listeners.get(topic) ?? [])]) listener();
  }
}
