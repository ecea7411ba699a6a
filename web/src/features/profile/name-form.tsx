import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useSaveProfile } from "@/shared/session/save-profile";
import { useSession } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { uiMessages } from "@/shared/ui/messages";
import { tellSaved } from "@/shared/ui/notices";
import { profileMessages } from "./messages";
import classes from "./profile.module.css";

export function NameForm() {
  const t = useMessages(profileMessages);
  const ui = useMessages(uiMessages);
  const refusal = useRefusal();
  const { user } = useSession();
  const save = useSaveProfile();
  const [name, setName] = useState(user.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ name: name.trim() }, { onSuccess: () => tellSaved(ui.saved) });
  };
  return (
    <form onSubmit={submit} className={classes["form"]}>
      <TextInput
        label={t.name}
        name="name"
        autoComplete="name"
        required
        withAsterisk={false}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput label={t.email} description={t.emailHint} value={user.email} readOnly />
      {save.error && <FormError>{refusal(save.error)}</FormError>}
      <Button
        type="submit"
        loading={save.isPending}
        disabled={name.trim() === user.name || name.trim() === ""}
      >
        {ui.save}
      </Button>
    </form>
  );
}
