import { Select } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import type { Prioritise } from "../api/automations";
import { automationMessages } from "../messages";
import type { FieldsProps } from "./fields-props";
import { LabelsField } from "./labels-field";
import { editorMessages } from "./messages";
import { WordsField } from "./words-field";

const PRIORITIES = ["urgent", "high", "medium", "low"] as const;

export function PriorityFields({ rule, onChange }: FieldsProps<Prioritise>) {
  const { priorities } = useMessages(automationMessages);
  const { form: t } = useMessages(editorMessages);
  return (
    <>
      <Select
        label={t.priority}
        description={t.priorityHint}
        allowDeselect={false}
        data={PRIORITIES.map((value) => ({ value, label: priorities[value] }))}
        value={rule.priority}
        onChange={(value) => onChange({ priority: PRIORITIES.find((one) => one === value) ?? rule.priority })}
      />
      <WordsField
        words={rule.words ?? []}
        match={rule.match ?? "exact"}
        onChange={onChange}
        hint={t.anyWordsHint}
      />
      <LabelsField chosen={rule.label_ids ?? []} onChange={(label_ids) => onChange({ label_ids })} />
    </>
  );
}
