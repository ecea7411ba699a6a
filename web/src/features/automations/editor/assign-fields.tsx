import { MultiSelect, Select, Switch } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { useDirectory } from "@/shared/store/hooks";
import type { Assign } from "../api/automations";
import type { FieldsProps } from "./fields-props";
import { LabelsField } from "./labels-field";
import { editorMessages } from "./messages";

export function AssignFields({ rule, onChange, fault }: FieldsProps<Assign>) {
  const { form: t } = useMessages(editorMessages);
  const people = useDirectory("people");
  const teams = useDirectory("teams");
  const users = rule.user_ids ?? [];
  const working = [...people.values()].filter((one) => !one.disabled && !one.invited);
  return (
    <>
      <MultiSelect
        label={t.people}
        description={t.peopleHint}
        placeholder={users.length === 0 ? t.peopleAny : ""}
        data={working.map(({ user_id, name, email }) => ({ value: user_id, label: name || email }))}
        value={users}
        searchable
        error={fault("user_ids")}
        onChange={(user_ids) => onChange({ user_ids })}
      />
      {users.length > 0 && (
        <Switch
          label={t.present}
          checked={rule.only_present}
          onChange={(event) => onChange({ only_present: event.currentTarget.checked })}
        />
      )}
      <Select
        label={t.team}
        description={t.teamHint}
        placeholder={t.noTeam}
        clearable
        data={[...teams.values()].map(({ id, name }) => ({ value: id, label: name }))}
        value={rule.team_id ?? null}
        onChange={(team_id) => onChange({ team_id })}
      />
      <LabelsField chosen={rule.label_ids ?? []} onChange={(label_ids) => onChange({ label_ids })} />
    </>
  );
}
