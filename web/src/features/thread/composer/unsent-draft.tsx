/** What was being written when the window closed: still in sight, and of use. */

import { Button, Group } from "@mantine/core";
import { IconCopy, IconLock } from "@tabler/icons-react";
import { useRef } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useCopy } from "@/shared/ui/use-copy";
import { composerMessages } from "./messages";
import classes from "./unsent-draft.module.css";

interface UnsentDraftProps {
  text: string;
  onNote: () => void;
}

export function UnsentDraft({ text, onNote }: UnsentDraftProps) {
  const t = useMessages(composerMessages);
  const words = useRef<HTMLQuoteElement>(null);
  const { word, refusal, copy } = useCopy(
    text,
    () => words.current && getSelection()?.selectAllChildren(words.current),
  );
  return (
    <div className={classes["draft"]}>
      <span className={classes["label"]}>{t.unsentDraft}</span>
      <blockquote ref={words} className={classes["words"]} dir="auto">
        {text}
      </blockquote>
      <Group gap={8}>
        <Button variant="default" size="xs" leftSection={<IconCopy size={15} />} onClick={copy}>
          {word}
        </Button>
        <Button variant="default" size="xs" leftSection={<IconLock size={15} />} onClick={onNote}>
          {t.makeNote}
        </Button>
      </Group>
      {refusal && (
        <span className={classes["label"]} role="status">
          {refusal}
        </span>
      )}
    </div>
  );
}
