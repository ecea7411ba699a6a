/** Colleagues who write in this conversation right now. */

import { useMessages } from "@/shared/i18n/language";
import { useViewers } from "@/shared/store/hooks";
import { useData } from "../thread-context";
import { composerMessages } from "./messages";
import classes from "./typing-line.module.css";

export function TypingLine({ conversationId }: { conversationId: string }) {
  const t = useMessages(composerMessages);
  const { nameOf } = useData();
  const typing = useViewers(conversationId).filter((viewer) => viewer.typing);
  const [one] = typing;
  if (!one) return null;
  const name = nameOf(`user:${one.user_id}`);
  const words =
    typing.length > 1
      ? t.typingMany(typing.length)
      : one.mode === "note"
        ? t.typingNote(name)
        : t.typing(name);
  return (
    <div className={classes["line"]} role="status">
      <span className={classes["dots"]} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {words}
    </div>
  );
}
