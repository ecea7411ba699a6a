import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { tellSaved } from "@/shared/ui/notices";
import { type TenantShown, useChangeTenant } from "../api/tenant";
import classes from "./general.module.css";
import { generalMessages } from "./messages";

const LONGEST = 200;

export function NameForm({ tenant }: { tenant: TenantShown }) {
  const t = useMessages(generalMessages);
  const refusal = useRefusal();
  const change = useChangeTenant();
  const [name, setName] = useState(tenant.name);
  const unchanged = name.trim() === tenant.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim() || unchanged) return;
    change.mutate({ name: name.trim() }, { onSuccess: () => tellSaved(t.saved) });
  };
  return (
    <form onSubmit={submit} className={classes["form"]}>
      <TextInput
        label={t.name}
        maxLength={LONGEST}
        value={name}
        error={!name.trim() ? t.nameMissing : refusal(change.error)}
        onChange={(event) => {
          setName(event.currentTarget.value);
          change.reset();
        }}
      />
      <Button type="submit" variant="default" loading={change.isPending} disabled={unchanged || !name.trim()}>
        {t.save}
      </Button>
    </form>
  );
}
