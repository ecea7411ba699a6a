import { NumberInput, Switch } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import type { Welcome } from "../api/automations";
import classes from "./editor.module.css";
import type { FieldsProps } from "./fields-props";
import { editorMessages } from "./messages";
import { TextField } from "./text-field";

const USUAL = 90;
const LONGEST = 3650;

export function WelcomeFields({ rule, onChange, fault }: FieldsProps<Welcome>) {
  const { form: t } = useMessages(editorMessages);
  const days = rule.again_after_days ?? null;
  return (
    <>
      <TextField
        label={t.message}
        value={rule.message}
        onChange={(message) => onChange({ message })}
        error={fault("message")}
      />
      <Switch
        label={t.againOn}
        checked={days !== null}
        onChange={(event) => onChange({ again_after_days: event.currentTarget.checked ? USUAL : null })}
      />
      {days !== null && (
        <NumberInput
          className={classes["short"] ?? ""}
          label={t.againDays}
          value={days}
          min={1}
          max={LONGEST}
          clampBehavior="strict"
          allowDecimal={false}
          onChange={(value) => onChange({ again_after_days: Math.max(1, Number(value) || 1) })}
        />
      )}
    </>
  );
}
