/** Back to the end of the conversation, with how many messages came meanwhile. */

import { IconChevronDown } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { threadMessages } from "../messages";
import classes from "./jump-button.module.css";

export function JumpButton({ count, onClick }: { count: number; onClick: () => void }) {
  const t = useMessages(threadMessages);
  return (
    <button
      type="button"
      className={classes["jump"]}
      data-count={count || undefined}
      onClick={onClick}
      aria-label={count ? `${t.jumpLatest}. ${t.newMessages(count)}` : t.jumpLatest}
    >
      {count > 0 && <span>{t.newMessages(count)}</span>}
      <IconChevronDown size={20} aria-hidden="true" />
    </button>
  );
}
