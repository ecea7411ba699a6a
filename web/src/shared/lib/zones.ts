/** Time zones and the wall clocks in them. Pure. */

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

/** The moment at which the clocks of a zone show this; where they skip it, the one so much later. */
export function momentIn(at: string, zone: string): Date {
  const wanted = Date.parse(`${at}:00Z`);
  let moment = wanted;
  // The offset is that of the moment itself: the second look is for changes of the clock in between.
  for (let look = 0; look < 2; look += 1)
    moment += wanted - Date.parse(`${wallClock(new Date(moment), zone)}:00Z`);
  return new Date(moment);
}
