import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { aWebhook } from "./webhooks/testing";
import { WebhooksPage } from "./webhooks-page";

const listed = (...items: object[]) => ({
  [`GET /api/tenants/${TENANT}/outgoing-webhooks`]: () => ok({ items, next_cursor: null }),
});

test("where no server is told yet, the next step is said", async () => {
  await renderInbox(<WebhooksPage />, { api: listed() });
  expect(await screen.findByText("No server is told yet")).toBeTruthy();
  expect(screen.getByRole("button", { name: "New webhook" })).toBeTruthy();
});

test("each webhook says how it stands, what waits and what failed", async () => {
  const api = listed(
    aWebhook(),
    aWebhook({
      id: "w2",
      description: "Shop",
      failing_since: "2026-03-01T10:00:00Z",
      waiting: 1000,
      failed: 3,
    }),
    aWebhook({ id: "w3", description: "Old", enabled: false, disabled_reason: "gone", types: ["mention"] }),
  );
  await renderInbox(<WebhooksPage />, { api });
  const row = async (name: string) => {
    const link = await screen.findByRole("link", { name });
    return within(link.closest("li") as HTMLElement);
  };
  expect((await row("CRM")).getByText("Healthy")).toBeTruthy();
  expect((await row("CRM")).getByText(/every event/)).toBeTruthy();
  expect((await row("Shop")).getByText("Failing")).toBeTruthy();
  expect((await row("Shop")).getByText("1,000 waiting · 3 failed")).toBeTruthy();
  expect((await row("Old")).getByText("Gone")).toBeTruthy();
  expect((await row("Old")).getByText(/1 kind of event/)).toBeTruthy();
});
