import { Select } from "@mantine/core";
import { useMemo } from "react";
import { useMessages } from "@/shared/i18n/language";
import { zoneLabel, zones } from "@/shared/lib/zones";
import type { Away } from "../api/automations";
import type { FieldsProps } from "./fields-props";
import { HolidaysField } from "./holidays-field";
import { HoursField } from "./hours-field";
import { editorMessages } from "./messages";
import { TextField } from "./text-field";

export function AwayFields({ rule, onChange, fault }: FieldsProps<Away>) {
  const { form: t } = useMessages(editorMessages);
  const known = useMemo(() => {
    const now = new Date();
    return zones(rule.time_zone).map((value) => ({ value, label: zoneLabel(value, now) }));
  }, [rule.time_zone]);
  return (
    <>
      <TextField
        label={t.message}
        value={rule.message}
        onChange={(message) => onChange({ message })}
        error={fault("message")}
      />
      <HoursField hours={rule.hours} onChange={(hours) => onChange({ hours })} error={fault("hours")} />
      <Select
        label={t.zone}
        data={known}
        value={rule.time_zone}
        searchable
        limit={80}
        allowDeselect={false}
        onChange={(time_zone) => time_zone && onChange({ time_zone })}
      />
      <HolidaysField days={rule.holidays ?? []} onChange={(holidays) => onChange({ holidays })} />
    </>
  );
}
