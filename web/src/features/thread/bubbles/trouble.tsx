/** What went wrong with a message, in words, and what can be done about it. */

import { IconAlertCircle, IconHelpCircle, IconHourglass, IconRefresh } from "@tabler/icons-react";
import { useLanguage, useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { threadMessages } from "../messages";
import { remedyOf, type Trouble, troubleOf } from "../model/ticks";
import { useActions, useData } from "../thread-context";
import classes from "./trouble.module.css";

const ICONS = {
  failed: IconAlertCircle,
  unknown: IconHelpCircle,
  held: IconHourglass,
  paused: IconHourglass,
};

export function TroubleLine({ message }: { message: Message }) {
  const t = useMessages(threadMessages);
  const words = useTrouble(message);
  const { retry, sendAgain } = useActions();
  const { canSend, wasRetried } = useData();
  const trouble = troubleOf(message);
  if (trouble === null) return null;
  const IconOf = ICONS[trouble];
  const retried = Boolean(message.retried_by) || wasRetried(message);
  const remedy = canSend && !retried ? remedyOf(message) : null;
  return (
    <div className={classes["trouble"]} data-kind={trouble}>
      <IconOf size={14} aria-hidden="true" />
      <span>{words}</span>
      {remedy !== null && (
        <button type="button" onClick={() => (remedy === "retry" ? retry(message) : sendAgain(message))}>
          <IconRefresh size={13} aria-hidden="true" /> {remedy === "retry" ? t.retry : t.sendAgain}
        </button>
      )}
      {retried && <span className={classes["done"]}>{t.retried}</span>}
    </div>
  );
}

/** The sentence for a message's trouble, in the reader's language. */
export function useTrouble(message: Message): string {
  const t = useMessages(threadMessages);
  const { language } = useLanguage();
  const words: Record<Exclude<Trouble, null>, string> = {
    failed: message.error?.words[language] ?? message.error?.detail ?? t.tick.failed,
    unknown: t.unknownTrouble,
    held: t.held,
    paused: t.paused,
  };
  const trouble = troubleOf(message);
  return trouble === null ? "" : words[trouble];
}
