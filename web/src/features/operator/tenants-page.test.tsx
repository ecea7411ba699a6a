import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { SessionValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { TenantsPage } from "./tenants-page";

const tenant = (id: string, name: string, suspended_at: string | null) => ({
  ...{ id, name, suspended_at, language: null, default_country: null, time_zone: null, retention_days: null },
  ...{ purged_at: null, created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" },
});

test("an operator sees which tenants are suspended", async () => {
  const items = [tenant("1", "Sol", null), tenant("2", "Mar", "2026-02-01T00:00:00Z")];
  fakeApi({ "GET /api/tenants": () => ok({ items, next_cursor: null }) });
  renderAt(
    "/operator/tenants",
    <SessionValue session={aSession()}>
      <TenantsPage />
    </SessionValue>,
  );

  expect((await screen.findByText("Suspended")).closest("li")?.textContent).toContain("Mar");
  expect(screen.getAllByText("Suspended")).toHaveLength(1);
});
