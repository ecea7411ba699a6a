/** One store for everything of a tenant, as long as its pages are open: a call that somebody waits rings on the settings page too. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useSession, useTenant } from "@/shared/session/session-context";
import { SESSION_KEY, sessionQuery } from "@/shared/session/session-query";
import { whenSigningOut } from "@/shared/session/sign-out";
import { httpBackend } from "./backend-http";
import { heldOf, holdsAny } from "./held";
import { StoreContext } from "./hooks";
import type { Outbox } from "./outbox";
import { browserOutbox } from "./outbox-place";
import { InboxStore } from "./store";

/** By owner, the outboxes of workspaces that were left while a file went up. */
const preparing = new Map<string, Outbox>();

export function StoreProvider({ children }: { children: ReactNode }) {
  const { tenant_id: tenantId } = useTenant();
  const { id: userId } = useSession().user;
  const queryClient = useQueryClient();
  const [store, setStore] = useState<InboxStore | null>(null);

  useEffect(() => {
    const owner = `${tenantId}/${userId}`;
    const made = new InboxStore({
      backend: httpBackend(tenantId),
      me: userId,
      owner,
      outbox: browserOutbox(owner),
      held: heldOf(owner),
      ended: async () => {
        await queryClient.invalidateQueries({ queryKey: SESSION_KEY });
        // Where nobody is signed in any more the sign-in comes over this page, and it goes on when somebody is.
        while (!(await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 }).catch(() => null))) {
          await changeOf(queryClient);
        }
        return true;
      },
    });
    preparing.get(owner)?.handOver(made.outbox);
    preparing.delete(owner);
    setStore(made);
    void made.start();
    const back = () => made.nudge({ networkChanged: true });
    const seen = () => {
      if (!document.hidden) made.nudge();
    };
    const elsewhere = (event: StorageEvent) => made.drafts.hear(event);
    const leaving = (event: BeforeUnloadEvent) => {
      if (made.wouldLose() || holdsAny()) event.preventDefault();
    };
    const stay = whenSigningOut(() => made.forget());
    addEventListener("storage", elsewhere);
    addEventListener("beforeunload", leaving);
    addEventListener("online", back);
    addEventListener("pageshow", seen);
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("storage", elsewhere);
      removeEventListener("beforeunload", leaving);
      removeEventListener("online", back);
      removeEventListener("pageshow", seen);
      document.removeEventListener("visibilitychange", seen);
      stay();
      made.stop();
      if (made.outbox.isPreparing()) preparing.set(owner, made.outbox);
    };
  }, [tenantId, userId, queryClient]);

  return store && <StoreContext value={store}>{children}</StoreContext>;
}

const LOOK_AGAIN = 5_000;

/** Wait until the session is another one, or some seconds, as another tab may have signed in. */
function changeOf(queryClient: ReturnType<typeof useQueryClient>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, LOOK_AGAIN);
    const stop = queryClient.getQueryCache().subscribe(({ query, type }) => {
      if (type === "updated" && query.queryKey[0] === SESSION_KEY[0] && query.state.data) done();
    });
  });
}
