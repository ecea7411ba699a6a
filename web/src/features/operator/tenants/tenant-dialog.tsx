import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useLocation } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { CountrySelect } from "@/shared/ui/country-select";
import { FormDialog } from "@/shared/ui/form-dialog";
import { tellSaved } from "@/shared/ui/notices";
import { useCreateTenant } from "../api/tenants";
import { operatorMessages } from "../messages";

const LONGEST_NAME = 200;

/** Makes a tenant and goes on to where its number is connected. */
export function TenantDialog({ onClose }: { onClose: () => void }) {
  const t = useMessages(operatorMessages);
  const refusal = useRefusal();
  const create = useCreateTenant();
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [country, setCountry] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const submit = () => {
    setTried(true);
    if (!name.trim()) return;
    create.mutate(
      { name: name.trim(), default_country: country },
      {
        onSuccess: ({ id }) => {
          tellSaved(t.createdNext);
          navigate(`/t/${id}/connections`);
        },
      },
    );
  };
  return (
    <FormDialog
      title={t.newTenant}
      onClose={onClose}
      onSubmit={submit}
      submit={t.create}
      busy={create.isPending}
      refusal={refusal(create.error)}
    >
      <TextInput
        label={t.name}
        description={t.nameHint}
        data-autofocus
        autoComplete="off"
        maxLength={LONGEST_NAME}
        value={name}
        error={tried && !name.trim() ? t.nameMissing : null}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <CountrySelect label={t.country} description={t.countryHint} value={country} onChange={setCountry} />
    </FormDialog>
  );
}
