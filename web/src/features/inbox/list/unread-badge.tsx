/** How many conversations are unread of a number or of a saved view; nothing where it is not known of any. */

import { useMessages } from "@/shared/i18n/language";
import type { Unread } from "@/shared/store/types";
import { listMessages } from "./messages";
import classes from "./unread-badge.module.css";

const MOST = 99;

export function UnreadBadge({ unread }: { unread: Unread | undefined }) {
  const t = useMessages(listMessages);
  if (!unread || unread.count === 0) return null;
  const count = Math.min(unread.count, MOST);
  const more = unread.more || unread.count > MOST;
  return (
    <span
      className={classes["badge"]}
      role="img"
      aria-label={more ? t.unreadOrMore(count) : t.unreadThere(count)}
    >
      {more ? `${count}+` : count}
    </span>
  );
}
