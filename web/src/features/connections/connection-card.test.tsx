import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import type { Connection } from "./api/status";
import { ConnectionCard } from "./connection-card";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";

function card(change: Partial<Connection>) {
  const session = aSession();
  const [membership] = session.memberships;
  if (!membership) throw new Error("a session without a workspace");
  const connection = { id: "c1", display_name: "Acme Spain", status: "revoked", ...change } as Connection;
  return renderAt(
    `/t/${TENANT}/connections`,
    <SessionValue session={session}>
      <TenantValue membership={{ ...membership, role: "admin", scopes: ["connections:write"] }}>
        <ConnectionCard connection={connection} onAgain={() => {}} />
      </TenantValue>
    </SessionValue>,
  );
}

const menu = () => screen.queryByRole("button", { name: "More about Acme Spain" });

test("the PIN of a number that was given up can still be seen, for wherever it goes", async () => {
  fakeApi({});
  card({ pin_kept: true });

  await userEvent.click(menu() as HTMLElement);

  expect(await screen.findByRole("menuitem", { name: "Show PIN…", hidden: true })).toBeTruthy();
  expect(screen.getAllByRole("menuitem", { hidden: true })).toHaveLength(1);
});

test("a number that was given up and whose PIN nobody knows has no menu", () => {
  fakeApi({});
  card({ pin_kept: false });

  expect(screen.getByRole("button", { name: "Connect again" })).toBeTruthy();
  expect(menu()).toBeNull();
});

test("a number's country is changed without its token", async () => {
  const path = `/api/tenants/${TENANT}/whatsapp/connections/c1`;
  const { asked } = fakeApi({ [`PATCH ${path}`]: () => ok({ id: "c1" }) });
  card({
    status: "active",
    country_id: "ES",
    messaging_limit: null,
    quality_rating: null,
    name_status: null,
    token_expires_at: null,
    last_webhook_at: null,
    messages_per_second: 80,
    scopes: [],
    app_data: [],
    health: [],
  });

  await userEvent.click(menu() as HTMLElement);
  await userEvent.click(await screen.findByRole("menuitem", { name: "Change country…", hidden: true }));
  const field = await screen.findByRole("combobox", { name: "Country" });
  await userEvent.clear(field);
  await userEvent.type(field, "Portugal");
  await userEvent.click(await screen.findByRole("option", { name: "Portugal", hidden: true }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));

  expect(asked.filter(({ method }) => method === "PATCH").map(({ body }) => body)).toEqual([
    { country_id: "PT" },
  ]);
});
