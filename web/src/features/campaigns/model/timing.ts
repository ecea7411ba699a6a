/** When a campaign begins and when it is quiet: wall clocks and their zones. Pure. */

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
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** The next full hour there, at least half an hour away: what a schedule suggests. */
export function suggestedStart(now: Date, zone: string): string {
  const hour = 3_600_000;
  return wallClock(new Date(Math.ceil((now.getTime() + hour / 2) / hour) * hour), zone);
}

/** Whether a wall clock's time lies behind us in its zone; equal texts are the same minute. */
export function isPast(at: string, zone: string, now: Date): boolean {
  return at !== "" && at < wallClock(now, zone);
}

/** Whether somebody whose clock shows `time` ("22:15") would have to wait. The span may go over midnight. */
export function isQuiet(time: string, quiet: { start: string; end: string }): boolean {
  return quiet.start <= quiet.end
    ? quiet.start <= time && time < quiet.end
    : time >= quiet.start || time < quiet.end;
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
