/** The frame around every signed-in screen: the rail (a bar at the bottom on phones) and the place of the page. */

import {
  IconChartBar,
  IconMessages,
  IconPlugConnected,
  IconServerCog,
  IconSettings,
  IconSpeakerphone,
  IconTemplate,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useRoute } from "wouter";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { unreadMine } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import type { Membership } from "@/shared/session/session";
import { EVERYTHING, useSession } from "@/shared/session/session-context";
import classes from "./frame.module.css";
import { LiveDot } from "./live-dot";
import { frameMessages } from "./messages";
import { RailLink } from "./rail-link";
import { TenantSwitcher } from "./tenant-switcher";
import { UserButton } from "./user-button";

const ICON = { size: 22, stroke: 1.6 } as const;

export function Frame({ tenant, children }: { tenant: Membership | null; children: ReactNode }) {
  const t = useMessages(frameMessages);
  const format = useFormat();
  const { user, insecure, embedded } = useSession();
  const unread = useSignal(unreadMine);
  // On a phone an open conversation has the whole screen.
  const [threadOpen] = useRoute("/t/:tenant/inbox/:conversation");
  const home = tenant && `/t/${tenant.tenant_id}`;
  const can = (scope: string) => tenant?.scopes.some((held) => held === scope || held === EVERYTHING);
  if (embedded) return <main className={classes["embedded"]}>{children}</main>; // its host has a frame of its own
  return (
    <div className={classes["frame"]} data-thread={threadOpen || undefined}>
      <a className={classes["skip"]} href="#content">
        {t.skip}
      </a>
      <nav className={classes["rail"]} aria-label={t.navigation}>
        <TenantSwitcher tenant={tenant} />
        {home && (
          <>
            <RailLink
              to={`${home}/inbox`}
              within={`${home}/inbox`}
              icon={<IconMessages {...ICON} />}
              label={t.inbox}
              badge={unread > 0 ? format.number(Math.min(unread, 99)) + (unread > 99 ? "+" : "") : null}
              badgeLabel={t.unread(format.number(unread))}
            />
            {can("campaigns:read") && (
              <RailLink
                to={`${home}/campaigns`}
                within={`${home}/campaigns`}
                icon={<IconSpeakerphone {...ICON} />}
                label={t.campaigns}
              />
            )}
            <RailLink
              to={`${home}/templates`}
              within={`${home}/templates`}
              icon={<IconTemplate {...ICON} />}
              label={t.templates}
            />
            {can("reports:read") && (
              <RailLink
                to={`${home}/reports`}
                within={`${home}/reports`}
                icon={<IconChartBar {...ICON} />}
                label={t.reports}
              />
            )}
            <RailLink
              to={`${home}/connections`}
              within={`${home}/connections`}
              icon={<IconPlugConnected {...ICON} />}
              label={t.connections}
            />
            <RailLink
              to={`${home}/settings/profile`}
              within={`${home}/settings`}
              icon={<IconSettings {...ICON} />}
              label={t.settings}
            />
          </>
        )}
        {user.is_operator && (
          <RailLink
            to="/operator/tenants"
            within="/operator"
            icon={<IconServerCog {...ICON} />}
            label={t.operator}
          />
        )}
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
        <main id="content" className={classes["content"]} tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}
