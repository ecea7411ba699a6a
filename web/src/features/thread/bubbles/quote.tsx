/** What a message answers: a bar with who said it and the beginning of it, which leads there. */

import {
  IconCamera,
  IconFile,
  IconMapPin,
  IconMicrophone,
  IconSticker,
  IconUser,
  IconVideo,
} from "@tabler/icons-react";
import { type ComponentType, useEffect } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { useMediaUrl } from "../media/media-url";
import { threadMessages } from "../messages";
import { type Summary, summaryOf } from "../model/summary";
import { useActions, useData } from "../thread-context";
import classes from "./quote.module.css";

const ICONS: Partial<Record<Summary["type"], ComponentType<{ size?: number | string }>>> = {
  image: IconCamera,
  video: IconVideo,
  audio: IconMicrophone,
  voice: IconMicrophone,
  document: IconFile,
  sticker: IconSticker,
  location: IconMapPin,
  contacts: IconUser,
};

/** The quote within a bubble. */
export function Quote({ message }: { message: Message }) {
  const t = useMessages(threadMessages);
  const { quoted } = useData();
  const { jumpToQuoted, findQuoted } = useActions();
  const target = quoted(message);
  useEffect(() => {
    if (target === null && message.connection_id !== "") findQuoted(message); // not while it is only on its way
  }, [target, message, findQuoted]);
  if (target === null) {
    return (
      <button type="button" className={classes["quote"]} data-missing onClick={() => jumpToQuoted(message)}>
        <span className={classes["words"]}>{t.quoteMissing}</span>
      </button>
    );
  }
  return (
    <button
      type="button"
      className={classes["quote"]}
      data-direction={target.direction}
      onClick={() => jumpToQuoted(message)}
    >
      <Quoted message={target} />
    </button>
  );
}

/** Who said it, and what: also above the field while an answer is written. */
export function Quoted({ message }: { message: Message }) {
  const t = useMessages(threadMessages);
  const { contactName, nameOf, isMe } = useData();
  const { type, words } = summaryOf(message);
  const small = useMediaUrl(
    type === "image" || type === "video" || type === "sticker" ? message.media?.thumbnail_url : null,
  );
  const IconOf = ICONS[type];
  const who =
    message.direction === "inbound" ? contactName : isMe(message.sender) ? t.you : nameOf(message.sender);
  return (
    <>
      <span className={classes["lines"]}>
        <span className={classes["who"]}>{who}</span>
        <span className={classes["words"]}>
          {IconOf && <IconOf size={14} />}
          {words ?? t.type[type]}
        </span>
      </span>
      {small && <img src={small} alt="" className={classes["small"]} />}
    </>
  );
}
