/** Which days a report is about. Days are `YYYY-MM-DD`, by the tenant's clock. Pure. */

export const PRESETS = ["yesterday", "7", "30", "90", "month", "before", "own"] as const;
export type Preset = (typeof PRESETS)[number];
export interface Days {
  from: string;
  to: string;
}

export const MOST_DAYS = 400;

/** The day so many days after another (before, where negative). */
export function shifted(day: string, by: number): string {
  const at = utc(day);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

/** How many days a time has, both ends included. */
export function lengthOf({ from, to }: Days): number {
  return Math.round((utc(to).getTime() - utc(from).getTime()) / 86_400_000) + 1;
}

/** The days of a preset, seen from today. Of those that run up to now, today is one. */
export function daysOf(preset: Exclude<Preset, "own">, today: string): Days {
  switch (preset) {
    case "yesterday": {
      const day = shifted(today, -1);
      return { from: day, to: day };
    }
    case "month":
      return { from: `${today.slice(0, 7)}-01`, to: today };
    case "before": {
      const to = shifted(`${today.slice(0, 7)}-01`, -1);
      return { from: `${to.slice(0, 7)}-01`, to };
    }
    default:
      return { from: shifted(today, 1 - Number(preset)), to: today };
  }
}

/** The days just before, as many, to compare with. */
export function before(days: Days): Days {
  return { from: shifted(days.from, -lengthOf(days)), to: shifted(days.from, -1) };
}

/** Every day of a time, in order: also those on which nothing was. */
export function everyDay(days: Days): string[] {
  return Array.from({ length: lengthOf(days) }, (_, n) => shifted(days.from, n));
}

/** Why the days somebody typed will not do; null where they will. */
export function wrongDays(days: Days, today: string): "order" | "future" | "long" | null {
  if (!isDay(days.from) || !isDay(days.to) || days.from > days.to) return "order";
  if (days.to > today) return "future";
  return lengthOf(days) > MOST_DAYS ? "long" : null;
}

/** A day as a moment of the reader's own clock, for formatting alone. */
export function asDate(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date);
}

/** Whether it is a day of the calendar: a field that is typed into, or an address, may hold anything. */
function isDay(day: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(utc(day).getTime()) && shifted(day, 0) === day;
}

function utc(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}
