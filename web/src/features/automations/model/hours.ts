/** The hours in which a business is open, by day. Pure. */

import type { Hours } from "../api/automations";

export const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
export const WORKDAYS = [0, 1, 2, 3, 4] as const;
const MIDNIGHT = "24:00";
const MONDAY = Date.UTC(2026, 0, 5);

export interface Span {
  opens: string;
  closes: string;
}

/** In the order in which they were typed: a span that moved while its time is written would be another one's. */
export function spansOf(hours: readonly Hours[], day: number): Span[] {
  return hours.filter((one) => one.day === day).map(({ opens, closes }) => ({ opens, closes }));
}

/** As they are kept and read: day by day, from the morning on. */
export function inOrder(hours: readonly Hours[]): Hours[] {
  return hours.toSorted((one, other) => one.day - other.day || one.opens.localeCompare(other.opens));
}

export function withSpans(hours: readonly Hours[], days: readonly number[], spans: readonly Span[]): Hours[] {
  const others = hours.filter(({ day }) => !days.includes(day));
  const theirs = days.flatMap((day) => spans.map((span) => ({ ...span, day })));
  return [...others, ...theirs].sort((one, other) => one.day - other.day);
}

/** What comes after those that are there: a whole day, or an afternoon. */
export function nextSpan(spans: readonly Span[]): Span {
  const last = spans.toSorted((one, other) => one.closes.localeCompare(other.closes)).at(-1);
  if (!last) return { opens: "09:00", closes: "18:00" };
  const hour = Math.min(Number(last.closes.slice(0, 2)) + 2, 22);
  const clock = (at: number) => (at >= 24 ? MIDNIGHT : `${String(at).padStart(2, "0")}:00`);
  return { opens: clock(hour), closes: clock(hour + 3) };
}

/** A field of time cannot show the end of a day as 24:00: there it is 00:00. */
export function shownEnd(closes: string): string {
  return closes === MIDNIGHT ? "00:00" : closes;
}

export function endOf(shown: string): string {
  return shown === "00:00" ? MIDNIGHT : shown.slice(0, 5);
}

export function isSpan({ opens, closes }: Span): boolean {
  return opens !== "" && closes !== "" && opens < closes;
}

/** "Monday" in a language; 0 is Monday, as the server counts. */
export function dayName(day: number, locale: string, width: "long" | "short" = "long"): string {
  const format = new Intl.DateTimeFormat(locale, { weekday: width, timeZone: "UTC" });
  return format.format(MONDAY + day * 86_400_000);
}

/** Days in a row with the same hours, together: [Mon–Fri 09:00–18:00], [Sat 10:00–14:00]. Closed days are left out. */
export function groupsOf(hours: readonly Hours[]): { from: number; to: number; spans: Span[] }[] {
  const groups: { from: number; to: number; spans: Span[] }[] = [];
  for (const day of DAYS) {
    const spans = spansOf(inOrder(hours), day);
    const last = groups.at(-1);
    if (spans.length === 0) continue;
    if (last && last.to === day - 1 && JSON.stringify(last.spans) === JSON.stringify(spans)) last.to = day;
    else groups.push({ from: day, to: day, spans });
  }
  return groups;
}

export function hoursInWords(hours: readonly Hours[], locale: string): string {
  return groupsOf(hours)
    .map(({ from, to, spans }) => {
      const first = dayName(from, locale, "short");
      const days = from === to ? first : `${first}–${dayName(to, locale, "short")}`;
      return `${days} ${spans.map(({ opens, closes }) => `${opens}–${closes}`).join(", ")}`;
    })
    .join(" · ");
}
