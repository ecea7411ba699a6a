import { expect, test } from "vitest";
import { EVENT_GROUPS, GROUPS, toggled } from "./events";

test("no kind of event is offered twice", () => {
  const all = EVENT_GROUPS.flatMap((name): readonly string[] => GROUPS[name]);
  expect(new Set(all).size).toBe(all.length);
});

test("a group is chosen whole, and let go of whole, beside what else is chosen", () => {
  const some = new Set(["media_stored", "mention"]);
  const whole = toggled(some, GROUPS.files);
  expect([...whole].sort()).toEqual(["media_failed", "media_stored", "mention"]);
  expect([...toggled(whole, GROUPS.files)]).toEqual(["mention"]);
});
