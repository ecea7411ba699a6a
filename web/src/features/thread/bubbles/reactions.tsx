/** Reactions under a bubble: each emoji once, with how many and who. One's own can be taken back. */

import { useMessages } from "@/shared/i18n/language";
import type { Message, Reaction } from "@/shared/store/types";
import { threadMessages } from "../messages";
import { canBeReactedTo } from "../model/answering";
import { useActions, useData } from "../thread-context";
import classes from "./reactions.module.css";

export function Reactions({ message, reactions }: { message: Message; reactions: readonly Reaction[] }) {
  const t = useMessages(threadMessages);
  const { contactName, memberName, canSend, isOpen } = useData();
  const { react } = useActions();
  const name = (who: string) => (who === "us" ? t.you : who === "contact" ? contactName : memberName(who));
  const canTakeBack = canSend && isOpen && canBeReactedTo(message, Date.now());
  const groups = Map.groupBy(reactions, (reaction) => reaction.emoji);
  return (
    <fieldset className={classes["reactions"]} aria-label={t.reactions}>
      {[...groups].map(([emoji, those]) => {
        const mine = those.some((one) => one.who === "us");
        const names = those.map((one) => name(one.who)).join(", ");
        return (
          <button
            type="button"
            key={emoji}
            className={classes["reaction"]}
            data-mine={mine || undefined}
            disabled={!mine || !canTakeBack}
            title={mine && canTakeBack ? `${names} · ${t.removeReaction}` : names}
            aria-label={`${emoji} ${names}`}
            onClick={() => react(message, "")}
          >
            {emoji}
            {those.length > 1 && <span>{those.length}</span>}
          </button>
        );
      })}
    </fieldset>
  );
}
