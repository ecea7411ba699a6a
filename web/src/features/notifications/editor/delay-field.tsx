/** At once, or so much later. */

import { NumberInput, Select } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { type Draft, LONGEST_DELAY, UNITS, type Unit } from "../model/draft";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";
import { Section } from "./section";

interface DelayFieldProps {
  delay: Draft["delay"];
  onChange: (delay: Draft["delay"]) => void;
  error: string | undefined;
}

export function DelayField({ delay, onChange, error }: DelayFieldProps) {
  const { delay: t } = useMessages(editorMessages);
  return (
    <Section title={t.title} hint={t.hint}>
      <div className={classes["delay"]}>
        <NumberInput
          label={t.amount}
          value={delay.amount}
          min={0}
          max={LONGEST_DELAY}
          error={error}
          onChange={(amount) => onChange({ ...delay, amount: Number(amount) || 0 })}
        />
        <Select
          label={t.unit}
          allowDeselect={false}
          data={UNITS.map((value) => ({ value, label: t.units[value] }))}
          value={delay.unit}
          onChange={(unit) => onChange({ ...delay, unit: unit as Unit })}
        />
      </div>
    </Section>
  );
}
