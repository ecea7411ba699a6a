/** The frame around every signed-in screen: the rail (a bar at the bottom on phones) and the place of the page. */

import { type ReactNode, useEffect, useRef } from "react";
import { useLocation, useRoute } from "wouter";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { pageName, unreadMine, unsentMine } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import type { Membership } from "@/shared/session/session";
import { EVERYTHING, useSession } from "@/shared/session/session-context";
import classes from "./frame.module.css";
import { LiveDot } from "./live-dot";
import { frameMessages } from "./messages";
import { MoreButton } from "./more-button";
import { pageNameOf } from "./page-name";
import { AT_HAND, placesOf } from "./places";
import { type Badge, RailLink } from "./rail-link";
import { TenantSwitcher } from "./tenant-switcher";
import { UserButton } from "./user-button";

export function Frame({ tenant, children }: { tenant: Membership | null; children: ReactNode }) {
  const t = useMessages(frameMessages);
  const format = useFormat();
  const { user, insecure, embedded } = useSession();
  const unread = useSignal(unreadMine);
  const unsent = useSignal(unsentMine);
  // On a phone an open conversation has the whole screen.
  const [threadOpen] = useRoute("/t/:tenant/inbox/:conversation");
  const can = (scope: string) =>
    Boolean(tenant?.scopes.some((held) => held === scope || held === EVERYTHING));
  const places = placesOf(tenant && `/t/${tenant.tenant_id}`, can, user.is_operator);
  const [location] = useLocation();
  const name = pageNameOf(location, places, t);
  const isOutside = tenant === null;
  useEffect(() => {
    pageName.set(name);
    if (isOutside) document.title = name ?? "Curbe"; // within a workspace the inbox does, which counts
  }, [name, isOutside]);
  // Whoever followed a link that has gone with its page goes on at the beginning of the next one, and hears which it is.
  const content = useRef<HTMLElement>(null);
  const before = useRef(location);
  useEffect(() => {
    const isNext = before.current !== location;
    before.current = location;
    if (isNext && document.activeElement === document.body) content.current?.focus({ preventScroll: true });
  }, [location]);
  const badge = badgeOf(unread, unsent, t, format.number);
  if (embedded) return <main className={classes["embedded"]}>{children}</main>; // its host has a frame of its own
  return (
    <div className={classes["frame"]} data-thread={threadOpen || undefined}>
      <a className={classes["skip"]} href="#content">
        {t.skip}
      </a>
      <nav className={classes["rail"]} aria-label={t.navigation}>
        <TenantSwitcher tenant={tenant} />
        {places.map((place, index) => (
          <RailLink
            key={place.name}
            place={place}
            beyond={index >= AT_HAND}
            badge={place.name === "inbox" ? badge : null}
          />
        ))}
        <MoreButton tenant={tenant} places={places.slice(AT_HAND)} />
        <div className={classes["bottom"]}>
          <LiveDot />
          <UserButton tenant={tenant} />
        </div>
      </nav>
      <div className={classes["page"]}>
        {insecure && (
          <p className={classes["insecure"]} role="status">
            {t.insecure}
          </p>
        )}
        <main
          ref={content}
          id="content"
          className={classes["content"]}
          tabIndex={-1}
          aria-label={name ?? undefined}
        >
          {children}
        </main>
      </div>
    </div>
  );
}

/** What was not sent comes before what was not read: it is lost where nobody looks. */
function badgeOf(
  unread: number,
  unsent: number,
  t: Pick<(typeof frameMessages)["en"], "unread" | "unsent">,
  number: (value: number) => string,
): Badge | null {
  if (unsent > 0) return { text: "!", words: t.unsent(number(unsent)), alarm: true };
  if (unread === 0) return null;
  const text = number(Math.min(unread, 99)) + (unread > 99 ? "+" : "");
  return { text, words: t.unread(number(unread)), alarm: false };
}
