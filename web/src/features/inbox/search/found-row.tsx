/** One thing that was found. */

import { memo, useEffect, useRef } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Avatar } from "@/shared/ui/avatar";
import type { Found } from "../api/search";
import { listMessages } from "../list/messages";
import { nameOf } from "../list/row-model";
import { searchMessages } from "./messages";
import { piecesOf } from "./pieces";
import classes from "./search-panel.module.css";

interface FoundRowProps {
  result: Found;
  index: number;
  isActive: boolean;
  isOpen: boolean;
  onOpen: (result: Found, index: number) => void;
}

export const foundId = (index: number): string => `found-${index}`;

export const FoundRow = memo(function FoundRow({ result, index, isActive, isOpen, onOpen }: FoundRowProps) {
  const t = useMessages(searchMessages);
  const l = useMessages(listMessages);
  const format = useFormat();
  const { conversation, message, snippet } = result;
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) row.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  const { contact } = conversation;
  const name = nameOf(contact) ?? l.unknownPerson;
  const at = message?.created_at ?? conversation.last_message_at;
  const by = [contact.phone, contact.username && `@${contact.username}`].filter((one) => one && one !== name);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus, and names the active row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field hears the keys
    <div
      ref={row}
      id={foundId(index)}
      role="option"
      aria-selected={isActive}
      aria-current={isOpen || undefined}
      className={classes["row"]}
      onClick={() => onOpen(result, index)}
    >
      <span className={classes["face"]}>
        <Avatar name={name} seed={contact.id} size={36} />
      </span>
      <bdi className={classes["name"]}>{name}</bdi>
      {at && (
        <time className={classes["time"]} dateTime={at}>
          {format.brief(at)}
        </time>
      )}
      <span className={classes["words"]}>
        {message?.direction === "outbound" && `${t.you}: `}
        {snippet
          ? piecesOf(snippet).map((piece) =>
              piece.marked ? (
                <mark key={piece.at}>{piece.text}</mark>
              ) : (
                <span key={piece.at}>{piece.text}</span>
              ),
            )
          : (message?.text ?? by.join(" · "))}
      </span>
    </div>
  );
});
