/** Keeps what this browser is told while no page is open to what its person prefers. */

import { useEffect } from "react";
import { useLanguage } from "@/shared/i18n/language";
import { usePreferences } from "@/shared/lib/preferences";
import { signal } from "@/shared/lib/signal";
import { useSession, useTenant } from "@/shared/session/session-context";
import { whenSigningOut } from "@/shared/session/sign-out";
import { isPushPossible, letGo, subscribe, unsubscribe } from "./subscribing";

/** off: nobody wants it · asking: it is being made so · failed: the browser, its push service or the server did not let it */
export type PushState = "off" | "asking" | "on" | "unavailable" | "failed";

export const pushState = signal<PushState>("off");

/** Counts how often somebody allowed notifications here: browsers tell of it to nobody else. */
export const allowedHere = signal(0);

let last: Promise<void> = Promise.resolve();

export function usePush(): void {
  const { embedded, user, memberships } = useSession();
  const { tenant_id: tenantId } = useTenant();
  const { language } = useLanguage();
  const { push, pushContent: withContent, notifications } = usePreferences();
  const userId = user.id;
  const isColleague = memberships.some((one) => one.tenant_id === tenantId); // an operator may look in, too
  useEffect(() => {
    if (embedded || !isColleague || !isPushPossible()) return;
    let isOver = false;
    const make = async () => {
      if (isOver) return;
      if (!push || notifications === "off" || Notification.permission !== "granted") {
        await unsubscribe();
        if (!isOver) pushState.set("off");
        return;
      }
      pushState.set("asking");
      const wanted = { tenantId, userId, whose: notifications, withContent, language };
      const state = await subscribe(wanted).catch(() => "failed" as const);
      if (!isOver) pushState.set(state);
    };
    // One after the other: what is wanted last is what stays.
    const begin = () => {
      last = last.then(make, make);
    };
    begin();
    const stop = allowedHere.subscribe(begin);
    return () => {
      isOver = true;
      stop();
    };
  }, [embedded, isColleague, tenantId, userId, language, push, withContent, notifications]);
  useEffect(() => (embedded ? undefined : whenSigningOut(letGo)), [embedded]);
}
