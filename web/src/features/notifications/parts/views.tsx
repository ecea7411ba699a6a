/** The three parts of the notifications: each has an address of its own. */

import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { notificationMessages } from "../messages";
import classes from "./views.module.css";

export const VIEWS = ["rules", "history", "connect"] as const;
export type View = (typeof VIEWS)[number];

export function Views({ current }: { current: View }) {
  const t = useMessages(notificationMessages);
  const { tenant_id } = useTenant();
  const home = `/t/${tenant_id}/notifications`;
  return (
    <nav className={classes["views"]} aria-label={t.views}>
      {VIEWS.map((view) => (
        <Link
          key={view}
          to={view === "rules" ? home : `${home}/${view}`}
          className={classes["view"]}
          aria-current={view === current ? "page" : undefined}
        >
          {t.view[view]}
        </Link>
      ))}
    </nav>
  );
}
