/** The customer service window by the client's clock: free text only while it is open, and for how long that is. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The last hour is worth a warning. */
const SOON = HOUR;

export type ServiceWindow =
  | { state: "open"; left: number; soon: boolean }
  | { state: "closed"; at: string }
  | { state: "never" };

/**
 * @param closesAt when it closes or closed; null where the person never wrote.
 * @param now milliseconds since 1970.
 */
export function windowAt(closesAt: string | null, now: number): ServiceWindow {
  if (closesAt === null) return { state: "never" };
  const left = Date.parse(closesAt) - now;
  return left > 0 ? { state: "open", left, soon: left <= SOON } : { state: "closed", at: closesAt };
}

export interface Countdown {
  hours: number;
  minutes: number;
  /** Only in the last minute, where they matter. */
  seconds: number | null;
}

/** What a countdown shows: it never promises more than there is. */
export function countdown(left: number): Countdown {
  if (left < MINUTE) return { hours: 0, minutes: 0, seconds: Math.max(0, Math.floor(left / SECOND)) };
  const minutes = Math.floor(left / MINUTE);
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60, seconds: null };
}

/** How long what `countdown` shows stays true, in milliseconds: when to look again. */
export function lasts(left: number): number {
  const unit = left <= MINUTE ? SECOND : MINUTE;
  return Math.max(1, (left % unit) + 1);
}
