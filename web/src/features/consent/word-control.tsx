/** Yes or no. */

import { SegmentedControl } from "@mantine/core";
import { useId } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Word } from "./api/consent";
import { consentMessages } from "./messages";
import classes from "./word-control.module.css";

const BOTH = ["out", "in"] as const satisfies readonly Word[];

interface WordControlProps {
  /** Whose word it is: "They said". */
  label: string;
  value: Word;
  onChange: (word: Word) => void;
}

export function WordControl({ label, value, onChange }: WordControlProps) {
  const t = useMessages(consentMessages);
  const id = useId();
  return (
    <div>
      <p className={classes["label"]} id={id}>
        {label}
      </p>
      <SegmentedControl
        aria-labelledby={id}
        fullWidth
        value={value}
        data={BOTH.map((word) => ({ value: word, label: t.said[word] }))}
        onChange={(chosen) => onChange(BOTH.find((word) => word === chosen) ?? value)}
      />
    </div>
  );
}
