/** What a phone's bar has no room for: the other places, the other workspaces, oneself. */

import { IconCheck, IconLogout, IconShieldLock, IconUser } from "@tabler/icons-react";
import { type ReactNode, useLayoutEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { initialsOf } from "@/shared/lib/color";
import type { Membership } from "@/shared/session/session";
import { useSession } from "@/shared/session/session-context";
import { signOut } from "@/shared/session/sign-out";
import { Avatar } from "@/shared/ui/avatar";
import { tellFailed } from "@/shared/ui/notices";
import frame from "./frame.module.css";
import { frameMessages } from "./messages";
import classes from "./more-sheet.module.css";
import { isWithin, type Place } from "./places";

const ICON = { size: 20, stroke: 1.6 } as const;

interface MoreSheetProps {
  tenant: Membership | null;
  places: readonly Place[];
  onClose: () => void;
}

export function MoreSheet({ tenant, places, onClose }: MoreSheetProps) {
  const t = useMessages(frameMessages);
  const [location] = useLocation();
  const { user, memberships } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  // The browser's own modal: it keeps the focus, closes at Escape and gives the focus back.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const close = () => dialog.current?.close();
  const settings = tenant && `/t/${tenant.tenant_id}/settings`;
  const to = (address: string, icon: ReactNode, label: string, current = false, mark: ReactNode = null) => (
    <li key={address}>
      <Link
        to={address}
        className={classes["row"]}
        aria-current={current ? "page" : undefined}
        onClick={close}
      >
        {icon}
        <span>{label}</span>
        {mark}
      </Link>
    </li>
  );
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has Escape; beside the sheet there is nothing to press
    <dialog
      ref={dialog}
      className={classes["sheet"]}
      aria-label={t.more}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <div className={classes["rows"]}>
        {places.length > 0 && (
          <ul>
            {places.map((place) =>
              to(place.to, <place.icon {...ICON} />, t[place.name], isWithin(location, place)),
            )}
          </ul>
        )}
        {memberships.some((one) => one.tenant_id !== tenant?.tenant_id) && (
          <>
            <h2>{t.workspaces}</h2>
            <ul>
              {memberships.map((one) =>
                to(
                  `/t/${one.tenant_id}/inbox`,
                  <span className={frame["tenant"]} data-initials={initialsOf(one.tenant_name)} />,
                  one.tenant_name,
                  false,
                  one.tenant_id === tenant?.tenant_id && <IconCheck size={18} />,
                ),
              )}
            </ul>
          </>
        )}
        <div className={classes["who"]}>
          <Avatar name={user.name || user.email} seed={user.id} size={38} />
          <p>
            <strong>{user.name}</strong>
            <span>{user.email}</span>
          </p>
        </div>
        <ul>
          {settings && to(`${settings}/profile`, <IconUser {...ICON} />, t.profile)}
          {settings && to(`${settings}/security`, <IconShieldLock {...ICON} />, t.security)}
          <li>
            <SignOut />
          </li>
        </ul>
      </div>
    </dialog>
  );
}

function SignOut() {
  const t = useMessages(frameMessages);
  const problems = useMessages(problemMessages);
  return (
    <button
      type="button"
      className={classes["row"]}
      onClick={() => signOut().catch((error: unknown) => tellFailed(problemWords(error, problems).title))}
    >
      <IconLogout {...ICON} />
      <span>{t.signOut}</span>
    </button>
  );
}
