import { describe, expect, it } from "vitest";
import type { View } from "@/shared/store/views";
import { filterCount, paramsOf, viewOf } from "./view-params";

describe("the address of a list", () => {
  const view: View = {
    tab: "all",
    states: ["open", "resolved"],
    labels: ["l1", "l2"],
    priorities: ["urgent", "none"],
    team: "t1",
    connection: "c1",
    assignee: "u1",
    unread: true,
    sort: "oldest",
  };

  it("tells it and reads it back", () => {
    expect(viewOf(paramsOf(view, new URLSearchParams()))).toEqual(view);
    expect(filterCount(view)).toBe(8);
  });

  it("keeps what is not about the list", () => {
    expect(paramsOf({ tab: "mine" }, new URLSearchParams("message=m1&unread=1")).toString()).toBe(
      "message=m1&tab=mine",
    );
  });

  it("means all of them where it says none, or one there is not", () => {
    expect(viewOf(new URLSearchParams())).toEqual({ tab: "all" });
    expect(viewOf(new URLSearchParams("tab=yours&state=sleeping&priority=asap&sort=latest"))).toEqual({
      tab: "all",
    });
  });

  it("does not ask whose they are where the tab says it", () => {
    expect(viewOf(new URLSearchParams("tab=mine&assignee=u1"))).toEqual({ tab: "mine" });
  });
});
