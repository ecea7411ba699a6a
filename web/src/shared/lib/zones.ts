/** Time zones and the wall clocks in them. Pure. */

// Browsers read much more as a time: "x:00Z" is the year 2000 to some.
const WALL_CLOCK = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Every zone that the browser knows, and the one that is chosen though it does not. */
export function zones(chosen: string): string[] {
  const known = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
  return [...new Set(["UTC", chosen, ...known])].sort();
}

/** "Europe/Madrid" -> "Europe/Madrid (+01:00)". */
export function zoneLabel(zone: string, now: Date): string {
  return `${zone.replaceAll("_", " ")} (${offsetOf(zone, now)})`;
}

function offsetOf(zone: string, now: Date): string {
  try {
    const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(
      now,
    );
    const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "GMT";
    return name === "GMT" ? "+00:00" : name.replace("GMT", "");
  } catch {
    return "?";
  }
}

/** The wall clock of a zone at a moment, as a field of date and time holds it: "2026-12-24T10:00". */
export function wallClock(moment: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(moment);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "00";
  // A year that is typed is 0002 at its first digit.
  return `${of("year").padStart(4, "0")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** The moment at which the clocks of a zone show this; where they skip it, the one so much later. Null where it is no time. */
export function momentIn(at: string, zone: string): Date | null {
  const wanted = WALL_CLOCK.test(at) ? Date.parse(`${at}:00Z`) : Number.NaN;
  if (Number.isNaN(wanted)) return null;
  let moment = wanted;
  // The offset is that of the moment itself: the second look is for changes of the clock in between.
  for (let look = 0; look < 2; look += 1)
    moment += wanted - Date.parse(`${wallClock(new Date(moment), zone)}:00Z`);
  return Number.isNaN(moment) ? null : new Date(moment);
}

/** The moment at which the reader's own clock shows this ("2026-12-24T10:00:00"), as the API has it; null where it is no time. */
export function ownMoment(at: string): string | null {
  const moment = new Date(at);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}
