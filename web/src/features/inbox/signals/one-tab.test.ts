import { afterEach, expect, test, vi } from "vitest";
import { OneTab } from "./one-tab";

const tabs: OneTab[] = [];

/** A tab that was looked at then, in milliseconds since 1970. */
function lookedAt(at: number, tab = new OneTab()): OneTab {
  if (!tabs.includes(tab)) tabs.push(tab);
  vi.spyOn(Date, "now").mockReturnValue(at);
  tab.seen();
  return tab;
}

afterEach(() => {
  for (const tab of tabs.splice(0)) tab.close();
});

test("of the tabs of one browser the one that was looked at last tells of a message, and no other", async () => {
  const [one, other] = [lookedAt(1), lookedAt(2)];
  expect(await Promise.all([one.isMine("first"), other.isMine("first")])).toEqual([false, true]);
  lookedAt(3, one);
  expect(await Promise.all([one.isMine("second"), other.isMine("second")])).toEqual([true, false]);
});
