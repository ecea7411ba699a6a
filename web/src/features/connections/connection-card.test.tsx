import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { aSession, fakeApi } from "@/testing/fake-api";
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
