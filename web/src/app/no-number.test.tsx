/** A workspace on its first day: it has no number yet, and every page that needs one says so with the way to it. */

import { screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { CampaignsPage } from "@/features/campaigns/campaigns-page";
import { RuleList } from "@/features/notifications/rule-list";
import { NewTemplatePage } from "@/features/templates/editor-page";
import { TemplatesPage } from "@/features/templates/templates-page";
import { TestServer } from "@/shared/store/testing";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";

const nothing = () => ok({ items: [], next_cursor: null });
const api = {
  [`GET /api/tenants/${TENANT}/templates`]: nothing,
  [`GET /api/tenants/${TENANT}/campaigns`]: nothing,
  [`GET /api/tenants/${TENANT}/notifications/rules`]: nothing,
};

const shown = (page: ReactNode, server = new TestServer()) => renderInbox(page, { server, api });

test.each([
  ["of templates", <TemplatesPage key="t" />],
  ["on which a template is written", <NewTemplatePage key="n" />],
  ["of campaigns", <CampaignsPage key="c" />],
  ["of notifications", <RuleList key="r" />],
])("the page %s leads to connecting a number first", async (_, page) => {
  await shown(page);
  const way = await screen.findByRole<HTMLAnchorElement>("link", { name: "Connect a number" });
  expect(way.getAttribute("href")).toBe(`/t/${TENANT}/connections`);
  expect(screen.queryByRole("link", { name: /New/ })).toBeNull();
});

test("nothing is said of it before anybody knows which numbers there are, nor where there is one", async () => {
  const server = new TestServer();
  server.connections = () => new Promise(() => undefined);
  await shown(<CampaignsPage />, server);
  expect(await screen.findByText("Write to many people at once")).toBeTruthy();
  expect(screen.queryByText("First, a number")).toBeNull();
});
