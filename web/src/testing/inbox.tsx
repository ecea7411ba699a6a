/** Renders a piece of the inbox above a store that follows a server of the test's own. */

import { act } from "@testing-library/react";
import type { ReactNode } from "react";
import { onTestFinished } from "vitest";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { StoreContext } from "@/shared/store/hooks";
import { InboxStore } from "@/shared/store/store";
import { keptOutbox, ME, TestServer } from "@/shared/store/testing";
import { browserTiming } from "@/shared/store/topics";
import { aSession, fakeApi } from "./fake-api";
import { renderAt } from "./render";

export const TENANT = "00000000-0000-4000-8000-0000000000ff";
export const INBOX = `/t/${TENANT}/inbox`;

interface Around {
  server?: TestServer;
  path?: string;
  /** What is asked beside the store; what is not named is not there. */
  api?: Parameters<typeof fakeApi>[0];
}

export async function renderInbox(
  screen: ReactNode,
  { server = new TestServer(), path = INBOX, api = {} }: Around = {},
) {
  const { asked } = fakeApi(api);
  const timing = { ...browserTiming, hidden: () => false };
  const store = new InboxStore({ backend: server, me: ME, owner: "t/u", outbox: keptOutbox(), timing });
  onTestFinished(() => store.stop()); // or it would follow its server through every test that comes
  const tenant = {
    tenant_id: TENANT,
    tenant_name: "Sol",
    language: null,
    role: "owner",
    suspended: false,
    scopes: ["*"],
  } as const;
  const rendered = renderAt(
    path,
    <SessionValue session={aSession()}>
      <TenantValue membership={{ ...tenant, scopes: [...tenant.scopes] }}>
        <StoreContext value={store}>{screen}</StoreContext>
      </TenantValue>
    </SessionValue>,
  );
  await act(async () => {
    await store.start();
    server.socket.open();
  });
  return { ...rendered, store, server, asked };
}
