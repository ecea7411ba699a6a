import { expect, test } from "vitest";
import type { Progress } from "../api/campaigns";
import { deliveredOf, doneOf, hasBegun, percentOf, sharesOf, withoutRoom } from "./figures";

const progress = (parts: Partial<Progress>): Progress => {
  const none: Progress = {
    recipients: 0,
    waiting: 0,
    put_off: 0,
    queued: 0,
    sending: 0,
    accepted: 0,
    sent: 0,
    delivered: 0,
    read: 0,
    failed: 0,
    unknown: 0,
    cancelled: 0,
    skipped: 0,
    forgotten: 0,
    held: 0,
  };
  return { ...none, ...parts };
};

test("the parts of the bar are all recipients, none of them twice", () => {
  const told = progress({ recipients: 10, waiting: 1, queued: 2, sending: 1, sent: 2, read: 3, failed: 1 });
  const shares = sharesOf(told);
  expect(shares.reduce((sum, one) => sum + one.count, 0)).toBe(10);
  expect(shares.map((one) => one.part)).toEqual(["read", "sent", "under_way", "waiting", "failed"]);
});

test("what nobody will do more for is done", () => {
  const told = progress({
    recipients: 10,
    waiting: 2,
    queued: 1,
    delivered: 3,
    read: 2,
    failed: 1,
    skipped: 1,
  });
  expect(doneOf(told)).toBe(7);
  expect(deliveredOf(told)).toBe(5);
});

test("a percentage never says all or nothing before it is so", () => {
  expect(percentOf(99_999, 100_000)).toBe(99);
  expect(percentOf(1, 100_000)).toBe(1);
  expect(percentOf(0, 0)).toBe(0);
  expect(percentOf(5, 5)).toBe(100);
});

test("one that was cancelled before it began has no figures", () => {
  expect(hasBegun({ state: "cancelled", started_at: null })).toBe(false);
  expect(hasBegun({ state: "cancelled", started_at: "2026-11-28T09:00:00Z" })).toBe(true);
  expect(hasBegun({ state: "running", started_at: null })).toBe(true);
});

test("whom there is no room for is not done, and everybody behind them waits for the same", () => {
  const told = progress({ recipients: 10, waiting: 4, put_off: 2, read: 4 });
  expect(doneOf(told)).toBe(4);
  expect(withoutRoom(told)).toBe(6);
  expect(withoutRoom(progress({ recipients: 10, waiting: 4, queued: 2, read: 4 }))).toBe(0);
});
