/** What a replay did, added up over its steps. Pure. */

import type { Schemas } from "@/shared/api/client";

type Step = Pick<Schemas["ReplayAnswer"], "replayed" | "outcomes" | "gone">;

export interface Progress {
  /** Webhooks read again. */
  replayed: number;
  /** Items that reached their workspace. */
  applied: number;
  /** Items that were there already. */
  repeated: number;
  /** Items that nobody has still, or that could not be applied. */
  aside: number;
  /** Items whose webhook is no longer in the log. */
  gone: number;
}

export const NOTHING: Progress = { replayed: 0, applied: 0, repeated: 0, aside: 0, gone: 0 };

const COUNTED: Record<string, "applied" | "repeated" | "aside"> = {
  applied: "applied",
  parked: "applied", // it waits for its message, and is applied when that comes
  duplicate: "repeated",
  unrouted: "aside",
  foreign: "aside",
  quarantined: "aside",
};

export function merged(before: Progress, step: Step): Progress {
  const after = {
    ...before,
    replayed: before.replayed + step.replayed,
    gone: before.gone + step.gone.length,
  };
  for (const { outcome, count } of step.outcomes) {
    const name = COUNTED[outcome];
    if (name) after[name] += count;
  }
  return after;
}
