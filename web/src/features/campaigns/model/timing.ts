/** When a campaign begins and how it grows: wall clocks, their zones, hours. Pure. */

import { wallClock } from "@/shared/lib/zones";

/** The next full hour there, at least half an hour away: what a schedule suggests. */
export function suggestedStart(now: Date, zone: string): string {
  const hour = 3_600_000;
  return wallClock(new Date(Math.ceil((now.getTime() + hour / 2) / hour) * hour), zone);
}

/** Whether a wall clock's time lies behind us in its zone; equal texts are the same minute. */
export function isPast(at: string, zone: string, now: Date): boolean {
  return at !== "" && at < wallClock(now, zone);
}

/** How many go out in each of the first hours of a ramp-up, until all of them have. At most `most` hours. */
export function rampHours(firstHour: number, factor: number, people: number, most = 6): number[] {
  const hours: number[] = [];
  let left = people;
  let hourly = firstHour;
  while (left > 0 && hours.length < most) {
    const these = Math.min(left, Math.round(hourly));
    hours.push(these);
    left -= these;
    hourly *= factor;
  }
  return hours;
}
