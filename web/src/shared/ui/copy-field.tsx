/** A value to take along: shown whole, copied with one press; where the browser forbids that, selected to be copied by hand. */

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useId, useRef } from "react";
import classes from "./copy-field.module.css";
import { useCopy } from "./use-copy";

interface CopyFieldProps {
  value: string;
  /** What it is: above it, and read out with it. */
  label: string;
}

export function CopyField({ value, label }: CopyFieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const { copied, word, refusal, copy } = useCopy(value, () => field.current?.select());
  return (
    <div className={classes["field"]}>
      <label htmlFor={id} className={classes["label"]}>
        {label}
      </label>
      <div className={classes["box"]}>
        <input
          ref={field}
          id={id}
          className={classes["value"]}
          value={value}
          readOnly
          spellCheck={false}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Tooltip label={refusal ?? word} opened={copied || refusal !== null || undefined} multiline maw={260}>
          <ActionIcon variant="subtle" color="gray" aria-label={`${word}: ${label}`} onClick={copy}>
            {copied ? <IconCheck size={17} color="var(--accent)" /> : <IconCopy size={17} />}
          </ActionIcon>
        </Tooltip>
      </div>
      <span className={classes["told"]} role="status">
        {refusal ?? (copied && word)}
      </span>
    </div>
  );
}
