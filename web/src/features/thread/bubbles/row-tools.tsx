/** What can be done with a message: three buttons that show where the pointer or the focus is, and a menu behind the last. */

import { Menu, Popover } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowBackUpDouble,
  IconArrowForwardUp,
  IconCopy,
  IconDots,
  IconDownload,
  IconHistory,
  IconInfoCircle,
  IconMoodSmile,
  IconPlus,
} from "@tabler/icons-react";
import { type MouseEvent, Suspense } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { part } from "@/shared/ui/part";
import { threadMessages } from "../messages";
import { canBeAnswered, canBeReactedTo } from "../model/answering";
import { forwardedOf } from "../model/forwarding";
import { isWaiting } from "../model/ticks";
import { useActions, useData } from "../thread-context";
import classes from "./row-tools.module.css";

const EmojiPicker = part(async () => (await import("../emoji/emoji-picker")).EmojiPicker);

export const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

/** What is open of a row: its buttons stay as long. */
export type Opened = "menu" | "react" | "emoji" | null;

interface RowToolsProps {
  message: Message;
  open: Opened;
  onOpen: (open: Opened) => void;
}

export function RowTools({ message, open, onOpen: change }: RowToolsProps) {
  const t = useMessages(threadMessages);
  const { quote, react } = useActions();
  const { canSend, isOpen } = useData();
  const canAnswer = canSend && isOpen && canBeAnswered(message);
  const canReact = canAnswer && canBeReactedTo(message, Date.now());
  // Pressed by the pointer, they leave the focus where somebody is writing.
  const stay = (event: MouseEvent) => event.preventDefault();
  const give = (emoji: string) => {
    react(message, emoji);
    change(null);
  };
  return (
    <div className={classes["tools"]} data-open={open !== null || undefined}>
      {canAnswer && (
        <button
          type="button"
          tabIndex={-1}
          onMouseDown={stay}
          onClick={() => quote(message)}
          aria-label={t.reply}
          title={t.reply}
        >
          <IconArrowBackUp size={17} />
        </button>
      )}
      {canReact && (
        <button
          type="button"
          tabIndex={-1}
          onMouseDown={stay}
          onClick={() => change(open === "react" ? null : "react")}
          aria-label={t.react}
          title={t.react}
          aria-expanded={open === "react"}
        >
          <IconMoodSmile size={17} />
        </button>
      )}
      <button
        type="button"
        tabIndex={-1}
        onMouseDown={stay}
        data-more
        onClick={() => change(open === "menu" ? null : "menu")}
        aria-label={t.more}
        title={t.more}
        aria-haspopup="menu"
        aria-expanded={open === "menu"}
      >
        <IconDots size={17} />
      </button>
      {(open === "react" || open === "emoji") && (
        <Popover
          opened
          onChange={() => change(null)}
          position="top"
          withinPortal
          trapFocus
          shadow="md"
          radius={open === "react" ? "xl" : "lg"}
          key={open} // the focus goes into each
        >
          <Popover.Target>
            <span className={classes["anchor"]} aria-hidden="true" />
          </Popover.Target>
          <Popover.Dropdown p={4} data-overlay>
            {open === "react" ? (
              <div className={classes["emoji"]}>
                {QUICK_REACTIONS.map((emoji) => (
                  <button type="button" key={emoji} onClick={() => give(emoji)}>
                    {emoji}
                  </button>
                ))}
                <button
                  type="button"
                  onClick={() => change("emoji")}
                  aria-label={t.anyEmoji}
                  title={t.anyEmoji}
                >
                  <IconPlus size={18} aria-hidden="true" />
                </button>
              </div>
            ) : (
              <Suspense fallback={null}>
                <EmojiPicker onPick={give} />
              </Suspense>
            )}
          </Popover.Dropdown>
        </Popover>
      )}
      {open === "menu" && (
        <MessageMenu
          message={message}
          canAnswer={canAnswer}
          canReact={canReact}
          onReact={(emoji) => react(message, emoji)}
          onAnyEmoji={() => change("emoji")}
          onClose={() => change(null)}
        />
      )}
    </div>
  );
}

interface MessageMenuProps {
  message: Message;
  canAnswer: boolean;
  canReact: boolean;
  onReact: (emoji: string) => void;
  onAnyEmoji: () => void;
  onClose: () => void;
}

function MessageMenu({ message, canAnswer, canReact, onReact, onAnyEmoji, onClose }: MessageMenuProps) {
  const t = useMessages(threadMessages);
  const { canSend } = useData();
  const { quote, copy, forward, showInfo, showRevisions, takeBack } = useActions();
  const stored = message.media?.state === "stored" ? message.media : null;
  return (
    <Menu opened onClose={onClose} position="bottom-end" withinPortal trapFocus>
      <Menu.Target>
        <span className={classes["anchor"]} aria-hidden="true" />
      </Menu.Target>
      <Menu.Dropdown>
        {canReact && (
          <div className={classes["emoji"]}>
            {QUICK_REACTIONS.map((emoji) => (
              <Menu.Item key={emoji} className={classes["emojiItem"] ?? ""} onClick={() => onReact(emoji)}>
                {emoji}
              </Menu.Item>
            ))}
            <Menu.Item
              className={classes["emojiItem"] ?? ""}
              closeMenuOnClick={false}
              onClick={onAnyEmoji}
              aria-label={t.anyEmoji}
            >
              <IconPlus size={18} aria-hidden="true" />
            </Menu.Item>
          </div>
        )}
        {canAnswer && (
          <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={() => quote(message)}>
            {t.reply}
          </Menu.Item>
        )}
        {message.text !== null && message.revoked_at === undefined && (
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => copy(message.text ?? "")}>
            {t.copy}
          </Menu.Item>
        )}
        {canSend && forwardedOf(message) !== null && (
          <Menu.Item leftSection={<IconArrowForwardUp size={16} />} onClick={() => forward(message)}>
            {t.forward}
          </Menu.Item>
        )}
        {canSend && isWaiting(message) && (
          <Menu.Item leftSection={<IconArrowBackUpDouble size={16} />} onClick={() => takeBack(message)}>
            {t.takeBack}
          </Menu.Item>
        )}
        {stored?.url && (
          <Menu.Item
            component="a"
            href={stored.url}
            download={stored.filename ?? true}
            leftSection={<IconDownload size={16} />}
          >
            {t.download}
          </Menu.Item>
        )}
        {(message.edited_at !== undefined || message.revoked_at !== undefined) && (
          <Menu.Item leftSection={<IconHistory size={16} />} onClick={() => showRevisions(message)}>
            {t.revisions}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconInfoCircle size={16} />} onClick={() => showInfo(message)}>
          {t.info}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
