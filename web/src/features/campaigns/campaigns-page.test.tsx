import { act, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { Route } from "wouter";
import { formatOf } from "@/shared/i18n/format";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import type { Campaign } from "./api/campaigns";
import { CampaignPage } from "./campaign-page";
import { CampaignsPage } from "./campaigns-page";
import { Deeds } from "./watch/deeds";

const ID = "0190cccc-0000-7000-8000-000000000001";

function campaign(change: object) {
  return {
    id: ID,
    name: "Spring",
    connection_id: ID,
    state: "scheduled",
    reason: null,
    reason_detail: null,
    category: "MARKETING",
    template: { name: "spring", language: { code: "es" } },
    time_zone: "Europe/Madrid",
    quiet_hours: null,
    ramp_up: null,
    pause_at_failures: null,
    variables: [],
    scheduled_at: null,
    started_at: null,
    ended_at: null,
    created_at: "2026-03-01T10:00:00Z",
    updated_at: "2026-03-01T10:00:00Z",
    created_by: "user:1",
    ...change,
  };
}

test.each([0, 3])(
  "a campaign that is scheduled says on which day and at which time it starts (in %i days)",
  async (days) => {
    const at = new Date();
    at.setDate(at.getDate() + days);
    at.setHours(23, 59, 0, 0);
    const api = {
      [`GET /api/tenants/${TENANT}/campaigns`]: () =>
        ok({ items: [campaign({ scheduled_at: at.toISOString() })], next_cursor: null }),
      [`GET /api/tenants/${TENANT}/campaigns/${ID}/progress`]: () => ok({ recipients: 3 }),
    };
    await renderInbox(<CampaignsPage />, { api });
    const format = formatOf("en");
    const row = await screen.findByRole("link", { name: /^Spring/ });
    expect(row.textContent).toContain(`Starts ${format.date(at)}, ${format.time(at)}`);
  },
);

test("a campaign can be made from any other, from the list and from its own page", async () => {
  const api = {
    [`GET /api/tenants/${TENANT}/campaigns`]: () => ok({ items: [campaign({})], next_cursor: null }),
  };
  await renderInbox(
    <>
      <CampaignsPage />
      <Deeds campaign={campaign({ state: "cancelled" }) as Campaign} report={undefined} />
    </>,
    { api },
  );

  for (const name of ["Duplicate “Spring”", "Duplicate"]) {
    const way = await screen.findByRole("link", { name });
    expect(way.getAttribute("href")).toBe(`/t/${TENANT}/campaigns/new?from=${ID}`);
  }
});

test("a campaign that a colleague deletes goes from the list, and whoever has it open is told", async () => {
  let deleted = false;
  const api = {
    [`GET /api/tenants/${TENANT}/campaigns`]: () =>
      ok({ items: deleted ? [] : [campaign({})], next_cursor: null }),
    [`GET /api/tenants/${TENANT}/campaigns/${ID}`]: () =>
      deleted ? problem(404, "not_found") : ok(campaign({})),
    [`GET /api/tenants/${TENANT}/campaigns/${ID}/progress`]: () => ok({ recipients: 3 }),
  };
  const { server } = await renderInbox(
    <>
      <CampaignsPage />
      <Route path="/t/:tenant/campaigns/:campaign" component={CampaignPage} />
    </>,
    { api, path: `/t/${TENANT}/campaigns/${ID}` },
  );
  await screen.findByRole("link", { name: /^Spring/ });
  await screen.findByRole("heading", { name: "Spring" });
  deleted = true;
  await act(async () => void server.happen("campaign_deleted", { id: ID, name: "Spring" }));

  await screen.findByText("This does not exist, or not for you");
  await waitFor(() => expect(screen.queryByRole("link", { name: /^Spring/ })).toBeNull());
  expect(screen.queryByRole("heading", { name: "Spring" })).toBeNull();
});
