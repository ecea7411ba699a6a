/** The sample of the event: pasted as the system would send it. */

import { Textarea } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";

const EXAMPLE = `{
  "customer": { "phone": "+34 611 000 001", "name": "Ana" },
  "number": "A-1042"
}`;

interface SampleFieldProps {
  value: string;
  onChange: (text: string) => void;
  /** How many values it has; null where it is no event. */
  found: number | null;
  /** It was made up from the rule. */
  made: boolean;
}

export function SampleField({ value, onChange, found, made }: SampleFieldProps) {
  const { event: t } = useMessages(editorMessages);
  const format = useFormat();
  const wrong = value.trim() !== "" && found === null;
  return (
    <div>
      <Textarea
        label={t.sample}
        description={t.sampleHint}
        placeholder={EXAMPLE}
        autosize
        minRows={4}
        maxRows={12}
        spellCheck={false}
        classNames={{ input: classes["code"] ?? "" }}
        value={value}
        error={wrong && t.sampleWrong}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <p className={classes["under"]} role="status">
        {found !== null && (
          <>
            <IconCircleCheck size={15} aria-hidden="true" />
            {made ? t.sampleMade : t.sampleFine(format.number(found))}
          </>
        )}
      </p>
    </div>
  );
}
