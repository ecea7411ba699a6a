/** Which days, and which number. What is chosen stands in the address, so that a report can be sent to somebody. */

import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { numbersQuery } from "./api/reports";
import { reportMessages } from "./messages";
import { type Days, PRESETS, type Preset, wrongDays } from "./period";
import classes from "./reports-page.module.css";

export interface Chosen {
  preset: Preset;
  days: Days;
  number: string | null;
}

interface PeriodPickerProps {
  chosen: Chosen;
  today: string;
  onChoose: (chosen: Partial<Chosen>) => void;
}

export function PeriodPicker({ chosen, today, onChoose }: PeriodPickerProps) {
  const t = useMessages(reportMessages);
  const { tenant_id, can } = useTenant();
  const numbers = useQuery({ ...numbersQuery(tenant_id), enabled: can("connections:read") });
  const options = (numbers.data?.connections ?? []).map((one) => ({
    value: one.id,
    label: one.display_name || one.phone_number_e164 || one.id,
  }));
  const wrong = chosen.preset === "own" ? wrongDays(chosen.days, today) : null;
  return (
    <div className={classes["picker"]}>
      <Select
        label={t.period}
        allowDeselect={false}
        data={PRESETS.map((value) => ({ value, label: t.presets[value] }))}
        value={chosen.preset}
        onChange={(value) => value && onChoose({ preset: value as Preset })}
      />
      {chosen.preset === "own" && (
        <>
          <TextInput
            type="date"
            label={t.from}
            max={today}
            value={chosen.days.from}
            error={wrong && t.wrong[wrong]}
            onChange={(event) => onChoose({ days: { ...chosen.days, from: event.currentTarget.value } })}
          />
          <TextInput
            type="date"
            label={t.to}
            max={today}
            value={chosen.days.to}
            onChange={(event) => onChoose({ days: { ...chosen.days, to: event.currentTarget.value } })}
          />
        </>
      )}
      {options.length > 1 && (
        <Select
          label={t.number}
          clearable
          placeholder={t.allNumbers}
          data={options}
          value={chosen.number}
          onChange={(number) => onChoose({ number })}
        />
      )}
    </div>
  );
}
