/** How far a campaign is, as a bar and its legend: each recipient in exactly one part. Pure. */

import type { Tone } from "@/shared/ui/tone";
import type { CampaignState, Progress } from "../api/campaigns";

/** From what is best to what is still to do; `failed` and what was left out come last. */
export const PARTS = [
  "read",
  "delivered",
  "sent",
  "accepted",
  "under_way",
  "waiting",
  "put_off",
  "unknown",
  "failed",
  "skipped",
  "cancelled",
  "forgotten",
] as const;
export type Part = (typeof PARTS)[number];

export interface Share {
  part: Part;
  count: number;
  /** Of all recipients, 0 to 100. */
  percent: number;
}

export function countOf(progress: Progress, part: Part): number {
  return part === "under_way" ? progress.queued + progress.sending : progress[part];
}

/** The parts that have somebody in them, in their order. */
export function sharesOf(progress: Progress): Share[] {
  return PARTS.map((part) => ({ part, count: countOf(progress, part) }))
    .filter(({ count }) => count > 0)
    .map(({ part, count }) => ({ part, count, percent: percentOf(count, progress.recipients) }));
}

/** How many are dealt with: nothing more will be done for them by itself. */
export function doneOf(progress: Progress): number {
  const { waiting, put_off, queued, sending } = progress;
  return progress.recipients - waiting - put_off - queued - sending;
}

/** How many wait until the business may write to somebody new again: those who were turned back, and all who stand behind them. */
export function withoutRoom(progress: Progress): number {
  return progress.put_off > 0 ? progress.put_off + progress.waiting : 0;
}

/** How many got it, and how many of those opened it. */
export function deliveredOf(progress: Progress): number {
  return progress.delivered + progress.read;
}

/** Never 100 before all is done, never 0 once something is. */
export function percentOf(count: number, all: number): number {
  if (all <= 0 || count <= 0) return 0;
  if (count >= all) return 100;
  return Math.min(99, Math.max(1, Math.round((count / all) * 100)));
}

export function toneOf(state: CampaignState): Tone {
  switch (state) {
    case "running":
    case "finished":
    case "ready":
      return "good";
    case "paused":
      return "warn";
    case "failed":
      return "bad";
    default:
      return "quiet";
  }
}

/** Whether it has begun: there are figures to show, and nothing of it is changed any more. */
export function hasBegun(campaign: { state: CampaignState; started_at: string | null }): boolean {
  return campaign.started_at !== null || ["running", "paused", "finished"].includes(campaign.state);
}

/** Whether it is written and checked still. */
export function isWritten(state: CampaignState): boolean {
  return state === "draft" || state === "ready";
}
