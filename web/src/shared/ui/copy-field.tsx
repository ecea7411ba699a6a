/** A value to take along: shown whole, copied with one press; where the browser forbids that (plain HTTP), selected to be copied by hand. */

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import classes from "./copy-field.module.css";
import { uiMessages } from "./messages";

interface CopyFieldProps {
  value: string;
  /** What it is: above it, and read out with it. */
  label: string;
}

const SHOWN = 2_000;

export function CopyField({ value, label }: CopyFieldProps) {
  const t = useMessages(uiMessages);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    field.current?.select();
    // Absent on plain HTTP; the selection above is what is left then.
    await navigator.clipboard?.writeText(value);
    setCopied(navigator.clipboard !== undefined);
  };
  const word = copied ? t.copied : navigator.clipboard ? t.copy : t.needsHttps;
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
        <Tooltip label={word} opened={copied || undefined}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`${word}: ${label}`}
            onClick={() => void copy()}
          >
            {copied ? <IconCheck size={17} color="var(--accent)" /> : <IconCopy size={17} />}
          </ActionIcon>
        </Tooltip>
      </div>
      <span className={classes["told"]} role="status">
        {copied && t.copied}
      </span>
    </div>
  );
}
