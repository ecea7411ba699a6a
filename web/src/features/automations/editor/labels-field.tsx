/** Of which conversations a rule acts: of those with one of some labels, or of any. */

import { MultiSelect } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { useDirectory } from "@/shared/store/hooks";
import { editorMessages } from "./messages";

interface LabelsFieldProps {
  chosen: readonly string[];
  onChange: (labelIds: string[]) => void;
}

export function LabelsField({ chosen, onChange }: LabelsFieldProps) {
  const { form: t } = useMessages(editorMessages);
  const labels = useDirectory("labels");
  return (
    <MultiSelect
      label={t.labels}
      placeholder={chosen.length === 0 ? t.labelsAny : ""}
      data={[...labels.values()].map(({ id, name }) => ({ value: id, label: name }))}
      value={[...chosen]}
      searchable
      onChange={onChange}
    />
  );
}
