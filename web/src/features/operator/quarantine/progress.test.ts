import { expect, test } from "vitest";
import { merged, NOTHING } from "./progress";

test("the steps of a replay add up to what it did", () => {
  const first = {
    replayed: 500,
    outcomes: [
      { outcome: "applied", reason: "message", count: 3 },
      { outcome: "parked", reason: "status", count: 1 },
      { outcome: "duplicate", reason: "message", count: 40 },
    ],
    gone: [],
  };
  const last = {
    replayed: 20,
    outcomes: [
      { outcome: "unrouted", reason: "unknown_number", count: 2 },
      { outcome: "quarantined", reason: "refused_by_database", count: 1 },
      { outcome: "ignored", reason: "unknown_status", count: 9 },
    ],
    gone: [],
  };
  expect(merged(merged(NOTHING, first), last)).toEqual({
    replayed: 520,
    applied: 4,
    repeated: 40,
    aside: 3,
    gone: 0,
  });
});
