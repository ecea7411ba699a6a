/** The buttons under the field, and the one that sends. */

import { ActionIcon, Button, Popover, Tooltip } from "@mantine/core";
import {
  IconHandClick,
  IconMessageBolt,
  IconMicrophone,
  IconMoodSmile,
  IconNote,
  IconPaperclip,
  IconSend2,
  IconTemplate,
} from "@tabler/icons-react";
import { type ReactNode, Suspense, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { part } from "@/shared/ui/part";
import { LONGEST_TEXT } from "../model/limits";
import { composerMessages } from "./messages";
import type { Mode } from "./mode";
import classes from "./send-row.module.css";
import { canRecord } from "./use-recorder";

const EmojiPicker = part(async () => (await import("../emoji/emoji-picker")).EmojiPicker);

interface SendRowProps {
  mode: Mode;
  text: string;
  fileCount: number;
  filesRefused: boolean;
  busy: boolean;
  /** Why the microphone could not be used. */
  refused: "denied" | "missing" | "failed" | null;
  onEmoji: (emoji: string) => void;
  /** The emoji were closed without one, by the keyboard or their button. */
  onEmojiClosed: () => void;
  onFiles: () => void;
  onCanned: () => void;
  onTemplate: () => void;
  onInteractive: () => void;
  onRecord: () => void;
  onSend: () => void;
}

/** From how many characters before the end on they are counted. */
const COUNTED = 200;

export function SendRow(props: SendRowProps) {
  const { mode, text, fileCount, filesRefused, busy, refused, onEmoji, onSend } = props;
  const t = useMessages(composerMessages);
  const [emojiOpen, setEmojiOpen] = useState(false);
  const closeEmoji = () => {
    setEmojiOpen(false);
    props.onEmojiClosed();
  };
  const left = LONGEST_TEXT - text.length;
  const isReply = mode === "reply";
  const isEmpty = text.trim() === "" && fileCount === 0;
  const label = fileCount > 0 ? t.sendFiles(fileCount) : isReply ? t.send : t.addNote;
  const recordHint = !canRecord()
    ? t.recordNeedsHttps
    : refused === "denied"
      ? `${t.microphoneDenied}. ${t.microphoneDeniedHint}`
      : refused === "missing"
        ? t.microphoneMissing
        : refused === "failed"
          ? t.recordingFailed
          : t.record;
  return (
    <div className={classes["row"]}>
      <Popover
        opened={emojiOpen}
        onChange={setEmojiOpen}
        closeOnEscape={false} // it would go back to the button, and Enter would open them again
        position="top-start"
        trapFocus
        withinPortal
        shadow="md"
        radius="lg"
      >
        <Popover.Target>
          <Tool label={t.emoji} onClick={() => (emojiOpen ? closeEmoji() : setEmojiOpen(true))}>
            <IconMoodSmile size={20} stroke={1.7} />
          </Tool>
        </Popover.Target>
        <Popover.Dropdown p={6} data-overlay onKeyDown={({ key }) => key === "Escape" && closeEmoji()}>
          <Suspense fallback={null}>
            <EmojiPicker
              onPick={(emoji) => {
                setEmojiOpen(false);
                onEmoji(emoji);
              }}
            />
          </Suspense>
        </Popover.Dropdown>
      </Popover>
      {isReply && (
        <>
          <Tool label={t.attach} onClick={props.onFiles}>
            <IconPaperclip size={20} stroke={1.7} />
          </Tool>
          <Tool label={t.canned} onClick={props.onCanned}>
            <IconMessageBolt size={20} stroke={1.7} />
          </Tool>
          <Tool label={t.template} onClick={props.onTemplate}>
            <IconTemplate size={20} stroke={1.7} />
          </Tool>
          <Tool label={t.interactive} onClick={props.onInteractive}>
            <IconHandClick size={20} stroke={1.7} />
          </Tool>
        </>
      )}
      <span className={classes["count"]} data-over={left < 0 || undefined} role="status">
        {left < 0 ? t.tooLong(-left) : left <= COUNTED ? t.left(left) : ""}
      </span>
      {isReply && isEmpty ? (
        <Tooltip label={recordHint} openDelay={refused ? 0 : 400} multiline maw={260}>
          <ActionIcon
            variant="light"
            radius="xl"
            size={38}
            onClick={props.onRecord}
            disabled={!canRecord()}
            aria-label={recordHint}
          >
            <IconMicrophone size={20} />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Button
          radius="xl"
          size="sm"
          className={isReply ? "" : (classes["note"] ?? "")}
          rightSection={isReply ? <IconSend2 size={17} /> : <IconNote size={17} />}
          loading={busy}
          disabled={isEmpty || left < 0 || (fileCount > 0 && filesRefused)}
          onClick={onSend}
          aria-label={label}
        >
          <span className={classes["label"]}>{label}</span>
        </Button>
      )}
    </div>
  );
}

interface ToolProps {
  label: string;
  onClick: () => void;
  disabled?: boolean;
  children: ReactNode;
  ref?: React.Ref<HTMLButtonElement>;
}

function Tool({ label, onClick, disabled = false, children, ref }: ToolProps) {
  return (
    <ActionIcon
      ref={ref}
      variant="subtle"
      color="gray"
      size={36}
      radius="md"
      onClick={onClick}
      disabled={disabled}
      aria-label={label}
      title={label}
    >
      {children}
    </ActionIcon>
  );
}
