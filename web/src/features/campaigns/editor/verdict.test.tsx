import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderInbox } from "@/testing/inbox";
import type { DryRun } from "../api/report";
import { Verdict } from "./verdict";

const restricted = { reason: "restricted", detail: "until 2026-12-01 10:00 UTC" };
const complaints = { reason: "complaints", detail: "people block this number" };

test.each([
  ["that a restriction that ends would only pause it", [restricted], "Started now, it would pause at once"],
  ["that anything else keeps it from starting", [restricted, complaints], "It cannot start like this"],
])("the look over a campaign says %s", async (_, stops, title) => {
  const found = {
    ...{ rows: 2, invalid: 0, duplicate: 0, recipients: 2, eligible: 2, refused: 0, refused_by: {} },
    ...{ outside_window: 0, over_limit: 0, limit: { tier: null, people: null, room: null }, stops },
    cost: {
      currency: "EUR",
      amount: "1",
      unpriced: 0,
      as_of: "2026-10-01",
      checked: "2026-10-01",
      source: "",
      by_country: [],
    },
    ...{ category: "MARKETING", seconds: 60, state: "ready", faults: [] },
  } as DryRun;
  await renderInbox(<Verdict found={found} />);

  expect(screen.getByRole("alert").textContent).toContain(title);
});
