import { describe, expect, test } from "vitest";
import type { View } from "@/shared/store/views";
import { filterOf, viewOfFilter } from "./view-filters";
import { STATES } from "./view-params";

describe("a list that is saved", () => {
  const views: View[] = [
    { tab: "all", unread: true },
    { tab: "mine", states: ["snoozed"], sort: "oldest" },
    { tab: "mine", sort: "priority" },
    { tab: "all", priorities: ["urgent", "high"] },
    { tab: "unassigned", labels: ["l1", "l2"], team: "t1", connection: "c1" },
    { tab: "all", assignee: "u1", states: ["open", "resolved"] },
  ];

  test("is the same list when it is opened", () => {
    for (const view of views) expect(viewOfFilter(filterOf(view))).toEqual(view);
  });

  test("names the states that it shows unasked, as a program that reads it knows of none", () => {
    expect(filterOf({ tab: "mine" })).toMatchObject({ assignee: "me", states: ["open", "waiting"] });
  });

  test("shows every state where a program saved it without any", () => {
    expect(viewOfFilter({ unread: false, sort: "latest" })).toEqual({ tab: "all", states: STATES });
  });
});
