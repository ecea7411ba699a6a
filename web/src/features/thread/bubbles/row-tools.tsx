/** What can be done with a message: three buttons that show where the pointer or the focus is, and a menu behind the last. */

import { Menu, Popover } from "@mantine/core";
import {
  IconArrowBackUp,
  IconCopy,
  IconDots,
  IconDownload,
  IconHistory,
  IconInfoCircle,
  IconMoodSmile,
} from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { threadMessages } from "../messages";
import { useActions, useData } from "../thread-context";
import classes from "./row-tools.module.css";

export const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

/** What is open of a row: its buttons stay as long. */
export type Opened = "menu" | "react" | null;

interface RowToolsProps {
  message: Message;
  open: Opened;
  onOpen: (open: Opened) => void;
}

export function RowTools({ message, open, onOpen: change }: RowToolsProps) {
  const t = useMessages(threadMessages);
  const { quote, react } = useActions();
  const { canSend, isOpen } = useData();
  const canAnswer =
    canSend && isOpen && message.provider_message_id !== null && message.revoked_at === undefined;
  return (
    <div className={classes["tools"]} data-open={open !== null || undefined}>
      {canAnswer && (
        <>
          <button
            type="button"
            tabIndex={-1}
            onClick={() => quote(message)}
            aria-label={t.reply}
            title={t.reply}
          >
            <IconArrowBackUp size={17} />
          </button>
          <button
            type="button"
            tabIndex={-1}
            onClick={() => change(open === "react" ? null : "react")}
            aria-label={t.react}
            title={t.react}
            aria-expanded={open === "react"}
          >
            <IconMoodSmile size={17} />
          </button>
        </>
      )}
      <button
        type="button"
        tabIndex={-1}
        data-more
        onClick={() => change(open === "menu" ? null : "menu")}
        aria-label={t.more}
        title={t.more}
        aria-haspopup="menu"
        aria-expanded={open === "menu"}
      >
        <IconDots size={17} />
      </button>
      {open === "react" && (
        <Popover
          opened
          onChange={() => change(null)}
          position="top"
          withinPortal
          trapFocus
          shadow="md"
          radius="xl"
        >
          <Popover.Target>
            <span className={classes["anchor"]} aria-hidden="true" />
          </Popover.Target>
          <Popover.Dropdown p={4} data-overlay>
            <div className={classes["emoji"]}>
              {QUICK_REACTIONS.map((emoji) => (
                <button
                  type="button"
                  key={emoji}
                  onClick={() => {
                    react(message, emoji);
                    change(null);
                  }}
                >
                  {emoji}
                </button>
              ))}
            </div>
          </Popover.Dropdown>
        </Popover>
      )}
      {open === "menu" && (
        <MessageMenu message={message} canAnswer={canAnswer} onClose={() => change(null)} />
      )}
    </div>
  );
}

function MessageMenu({
  message,
  canAnswer,
  onClose,
}: {
  message: Message;
  canAnswer: boolean;
  onClose: () => void;
}) {
  const t = useMessages(threadMessages);
  const { quote, copy, showInfo, showRevisions } = useActions();
  const stored = message.media?.state === "stored" ? message.media : null;
  return (
    <Menu opened onClose={onClose} position="bottom-end" withinPortal trapFocus>
      <Menu.Target>
        <span className={classes["anchor"]} aria-hidden="true" />
      </Menu.Target>
      <Menu.Dropdown>
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
