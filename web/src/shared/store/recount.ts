/** When the counts are asked for again: what the page could tell by itself seldom, what it could not soon, and never once an event. */

import { leftOf, type Timing } from "./topics";

/** `now`: they are not known; `soon`: something moved that was not here, so they are wrong; `some_time`: they may have drifted. */
type Urgency = "now" | "soon" | "some_time";

const GATHER = 300; // milliseconds in which what happens is asked for together
const SOONEST = 1_000; // from one time to the next, after a while in which nothing was asked
const LATEST = 5_000; // the same where they are asked for again and again: each time twice as long as before
const DRIFT = 20_000;

export class Recount {
  private readonly ask: () => Promise<void>;
  private readonly timing: Timing;
  private askedAt = Number.NEGATIVE_INFINITY;
  private gap = SOONEST;
  private planned: { at: number; cancel: () => void } | null = null;
  private stopped = false;

  constructor(parts: { ask: () => Promise<void>; timing: Timing }) {
    this.ask = parts.ask;
    this.timing = parts.timing;
  }

  stop(): void {
    this.stopped = true;
    this.planned?.cancel();
  }

  /** Ask as soon as that is urgent, once for all who want it by then. */
  want(urgency: Urgency): void {
    if (this.stopped) return;
    const wait = this.wait(urgency);
    const at = this.timing.now() + wait;
    if (this.planned && this.planned.at <= at) return;
    this.planned?.cancel();
    this.planned = { at, cancel: this.timing.later(() => this.begin(), wait) };
  }

  private wait(urgency: Urgency): number {
    if (urgency === "now") return 0;
    if (urgency === "some_time") return leftOf(DRIFT, this.askedAt, this.timing.now());
    return Math.max(GATHER, leftOf(this.gap, this.askedAt, this.timing.now()));
  }

  private begin(): void {
    const now = this.timing.now();
    this.gap = now - this.askedAt < 2 * this.gap ? Math.min(LATEST, 2 * this.gap) : SOONEST;
    this.askedAt = now;
    this.planned = null;
    void this.ask();
  }
}
