import { expect, test } from "vitest";
import { momentIn, ownMoment, wallClock, zoneLabel, zones } from "./zones";

const noon = new Date("2026-11-28T12:10:00Z");

test("a wall clock is read in its own zone", () => {
  expect(wallClock(noon, "Europe/Madrid")).toBe("2026-11-28T13:10");
  expect(wallClock(new Date("2026-11-28T23:30:00Z"), "Asia/Tokyo")).toBe("2026-11-29T08:30");
  expect(zoneLabel("America/Mexico_City", noon)).toBe("America/Mexico City (-06:00)");
});

test.each([
  ["2026-11-28T13:10", "Europe/Madrid", "2026-11-28T12:10:00.000Z"],
  ["2026-07-01T13:10", "Europe/Madrid", "2026-07-01T11:10:00.000Z"],
  ["2026-03-29T03:30", "Europe/Madrid", "2026-03-29T01:30:00.000Z"],
  ["2026-10-25T12:00", "Europe/Madrid", "2026-10-25T11:00:00.000Z"],
  ["2026-11-28T00:30", "Asia/Tokyo", "2026-11-27T15:30:00.000Z"],
])("at %s in %s it is %s", (at, zone, moment) => {
  expect(momentIn(at, zone)?.toISOString()).toBe(moment);
});

test("a year that is being typed is a year, and what is no time is none", () => {
  expect(wallClock(new Date("0202-03-04T05:06:00Z"), "UTC")).toBe("0202-03-04T05:06");
  expect(momentIn("0002-11-28T13:10", "UTC")?.toISOString()).toBe("0002-11-28T13:10:00.000Z");
  for (const at of ["", "12026-11-28T13:1", "2026-11-28T13", "x"]) expect(momentIn(at, "UTC")).toBeNull();
  expect(ownMoment("2026-11-28T13:10")).toBe(new Date(2026, 10, 28, 13, 10).toISOString());
  for (const at of ["", "12026-11-28T13:10", "x"]) expect(ownMoment(at)).toBeNull();
});

test("the zone that is chosen is among those offered", () => {
  expect(zones("Asia/Nowhere")).toContain("Asia/Nowhere");
});
