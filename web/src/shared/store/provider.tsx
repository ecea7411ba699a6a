/** One store for everything of a tenant, as long as its pages are open: a call that somebody waits rings on the settings page too. */

import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { useSession, useTenant } from "@/shared/session/session-context";
import { SESSION_KEY } from "@/shared/session/session-query";
import { whenSigningOut } from "@/shared/session/sign-out";
import { signedIn } from "@/shared/session/signed-in";
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
    const left = new AbortController();
    const made = new InboxStore({
      backend: httpBackend(tenantId),
      me: userId,
      owner,
      outbox: browserOutbox(owner),
      held: heldOf(owner),
      ended: async () => {
        await queryClient.invalidateQueries({ queryKey: SESSION_KEY });
        // Where nobody is signed in any more the sign-in comes over this page, and it goes on when somebody is.
        return signedIn(queryClient, left.signal);
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
      left.abort();
      made.stop();
      if (made.outbox.isPreparing()) preparing.set(owner, made.outbox);
    };
  }, [tenantId, userId, queryClient]);

  return store && <StoreContext value={store}>{children}</StoreContext>;
}
