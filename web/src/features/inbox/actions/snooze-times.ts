/** Until when one may put off a conversation with one click, in the reader's own time zone. Pure. */

export interface SnoozeTime {
  name: "later" | "tomorrow" | "nextWeek";
  at: Date;
}

const LATER = 3; // hours
const MORNING = 9; // o'clock
const LATEST = 20; // "later today" is not tonight

export function snoozeTimes(now: Date): SnoozeTime[] {
  const later = new Date(now);
  later.setHours(now.getHours() + LATER, now.getMinutes() < 30 ? 30 : 60, 0, 0);
  const today = later.getDate() === now.getDate() && later.getHours() <= LATEST;
  return [
    ...(today ? [{ name: "later", at: later } as const] : []),
    { name: "tomorrow", at: morning(now, 1) },
    { name: "nextWeek", at: morning(now, daysToMonday(now)) },
  ];
}

/** Return how a moment is written in a field of the browser (`datetime-local`), which knows no zones. */
export function fieldValue(at: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

function morning(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);
}

function daysToMonday(now: Date): number {
  return (8 - now.getDay()) % 7 || 7;
}
