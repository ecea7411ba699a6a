/** Dates, spans, numbers and plurals in a language. Times come from the API as RFC 3339 texts. */

import { type Language, localeOf } from "./catalogue";

export type Moment = string | number | Date;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type PluralForms = { one: string; other: string };

/** Returns the form for `count`, with its number written in it where the form says `#`. */
export function plural(language: Language, count: number, forms: PluralForms): string {
  const form = rulesOf(language).select(count) === "one" ? forms.one : forms.other;
  return form.replace("#", formatOf(language).number(count));
}

// Making one of these takes longer than painting the row it is for.
const rules = new Map<Language, Intl.PluralRules>();

function rulesOf(language: Language): Intl.PluralRules {
  const known = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, known);
  return known;
}

export interface Format {
  locale: string;
  /** 14:05 */
  time: (at: Moment) => string;
  /** 3 Mar 2026 */
  date: (at: Moment) => string;
  /** 3 Mar 2026, 14:05: when something will happen */
  dateTime: (at: Moment) => string;
  /** Tuesday, 3 March 2026, 14:05:09: for titles and details */
  full: (at: Moment) => string;
  /** Today, Yesterday, Tuesday, 3 March: the day separators of a thread */
  day: (at: Moment, now?: number) => string;
  /** 14:05 today, "yesterday", "Tue", "3 Mar" (also of a day to come): the time of a row in a list */
  brief: (at: Moment, now?: number) => string;
  /** "4 minutes ago", "in 2 hours" */
  relative: (at: Moment, now?: number) => string;
  number: (value: number) => string;
  /** 1.4 MB */
  bytes: (size: number) => string;
  /** 3:07 for 187 seconds */
  duration: (seconds: number) => string;
}

const formats = new Map<string, Format>();

export function formatOf(language: Language, preferred: readonly string[] = navigator.languages): Format {
  const locale = localeOf(language, preferred);
  const known = formats.get(locale) ?? build(locale);
  formats.set(locale, known);
  return known;
}

function build(locale: string): Format {
  const intl = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const time = intl({ timeStyle: "short" });
  const date = intl({ day: "numeric", month: "short", year: "numeric" });
  const dateTime = intl({ dateStyle: "medium", timeStyle: "short" });
  const full = intl({ dateStyle: "full", timeStyle: "medium" });
  const weekday = intl({ weekday: "long" });
  const shortWeekday = intl({ weekday: "short" });
  const dayMonth = intl({ day: "numeric", month: "long" });
  const dayMonthYear = intl({ day: "numeric", month: "long", year: "numeric" });
  const shortDayMonth = intl({ day: "numeric", month: "short" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const number = new Intl.NumberFormat(locale);
  const oneDecimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

  const sameYear = (at: Date, now: Date) => at.getFullYear() === now.getFullYear();

  return {
    locale,
    time: (at) => time.format(new Date(at)),
    date: (at) => date.format(new Date(at)),
    dateTime: (at) => dateTime.format(new Date(at)),
    full: (at) => full.format(new Date(at)),
    day: (moment, now = Date.now()) => {
      const at = new Date(moment);
      const ago = daysBetween(at, new Date(now));
      if (ago === 0 || ago === 1) return capital(relative.format(-ago, "day"), locale);
      if (ago > 1 && ago < 7) return capital(weekday.format(at), locale);
      return (sameYear(at, new Date(now)) ? dayMonth : dayMonthYear).format(at);
    },
    brief: (moment, now = Date.now()) => {
      const at = new Date(moment);
      const ago = daysBetween(at, new Date(now));
      if (ago === 0) return time.format(at);
      if (ago < 0) return (sameYear(at, new Date(now)) ? shortDayMonth : date).format(at);
      if (ago === 1) return relative.format(-1, "day");
      if (ago < 7) return shortWeekday.format(at);
      return (sameYear(at, new Date(now)) ? shortDayMonth : date).format(at);
    },
    relative: (moment, now = Date.now()) => {
      const span = new Date(moment).getTime() - now;
      const size = Math.abs(span);
      if (size < MINUTE) return relative.format(Math.round(span / 1000), "second");
      if (size < HOUR) return relative.format(Math.round(span / MINUTE), "minute");
      if (size < DAY) return relative.format(Math.round(span / HOUR), "hour");
      if (size < 30 * DAY) return relative.format(Math.round(span / DAY), "day");
      return date.format(new Date(moment));
    },
    number: (value) => number.format(value),
    bytes: (size) => {
      const units = ["B", "kB", "MB", "GB"];
      let value = size;
      let unit = 0;
      while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit += 1;
      }
      return `${oneDecimal.format(value)} ${units[unit]}`;
    },
    duration: (seconds) => {
      const whole = Math.max(0, Math.round(seconds));
      return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    },
  };
}

/** How many midnights lie between two moments, in the reader's own time zone. */
function daysBetween(earlier: Date, later: Date): number {
  const midnight = (day: Date) => Date.UTC(day.getFullYear(), day.getMonth(), day.getDate());
  return Math.round((midnight(later) - midnight(earlier)) / DAY);
}

function capital(words: string, locale: string): string {
  return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
}
