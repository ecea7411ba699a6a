/** What the columns of a file are: which one is the phone, which ones fill the gaps. */

import { Button, Group, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { CountrySelect } from "@/shared/ui/country-select";
import { FormError } from "@/shared/ui/form-error";
import { SampleTable } from "@/shared/ui/sheet";
import { type Taken, type UploadedFile, useMapAudience } from "../api/audience";
import type { Campaign } from "../api/campaigns";
import classes from "./people.module.css";
import { peopleMessages } from "./people-messages";

interface MappingProps {
  campaign: Campaign;
  file: UploadedFile;
  onTaken: (taken: Taken) => void;
  onAgain: () => void;
}

export function Mapping({ campaign, file, onTaken, onAgain }: MappingProps) {
  const t = useMessages(peopleMessages);
  const refusal = useRefusal();
  const map = useMapAudience(campaign.id);
  const [phone, setPhone] = useState(file.suggested?.phone ?? null);
  const [variables, setVariables] = useState<Record<string, string>>(file.suggested?.variables ?? {});
  const [country, setCountry] = useState(file.suggested?.default_country ?? null);
  const missing = campaign.variables.filter(({ name, required }) => required && !variables[name]);
  const take = (event: FormEvent) => {
    event.preventDefault();
    if (!phone || missing.length > 0) return;
    map.mutate(
      { audience_id: file.audience_id, phone, variables, default_country: country },
      { onSuccess: onTaken },
    );
  };
  const used = new Set([phone, ...Object.values(variables)]);
  return (
    <form className={classes["mapping"]} onSubmit={take}>
      <div className={classes["mappingHead"]}>
        <h3 className={classes["subtitle"]}>{t.mapping}</h3>
        <span className={classes["hint"]}>
          {file.filename} · {t.read(file.row_count, file.columns.length)}
        </span>
      </div>
      <div className={classes["fields"]}>
        <Select
          label={t.phone}
          placeholder={t.columnNone}
          data={file.columns}
          value={phone}
          searchable
          allowDeselect={false}
          onChange={setPhone}
        />
        <CountrySelect label={t.country} description={t.countryHint} value={country} onChange={setCountry} />
        {campaign.variables.map(({ name, required }) => (
          <Select
            key={name}
            label={t.gap(name)}
            placeholder={required ? t.columnNone : t.optional}
            data={file.columns}
            value={variables[name] ?? null}
            searchable
            clearable={!required}
            onChange={(column) =>
              setVariables(({ [name]: _, ...others }) => (column ? { ...others, [name]: column } : others))
            }
          />
        ))}
      </div>
      <SampleTable
        label={t.sample}
        columns={file.columns}
        rows={file.sample.slice(0, 4)}
        isUsed={(column) => used.has(column)}
      />
      {map.error && <FormError>{refusal(map.error)}</FormError>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onAgain}>
          {t.again}
        </Button>
        <Button type="submit" loading={map.isPending} disabled={!phone || missing.length > 0}>
          {t.take}
        </Button>
      </Group>
    </form>
  );
}
