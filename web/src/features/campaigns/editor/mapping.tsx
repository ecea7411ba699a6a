/** What the columns of a file are: which one is the phone, which ones fill the gaps. */

import { Button, Group, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { CountrySelect } from "@/shared/ui/country-select";
import { FormError } from "@/shared/ui/form-error";
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
  const format = useFormat();
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
  const used = new Map<string, string>([
    ...(phone ? [[phone, t.phone] as const] : []),
    ...Object.entries(variables).map(([name, column]) => [column, name] as const),
  ]);
  return (
    <form className={classes["mapping"]} onSubmit={take}>
      <div className={classes["mappingHead"]}>
        <h3 className={classes["subtitle"]}>{t.mapping}</h3>
        <span className={classes["hint"]}>
          {file.filename} · {t.read(format.number(file.row_count), format.number(file.columns.length))}
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className={classes["scroll"]} tabIndex={0} aria-label={t.sample}>
        <table className={classes["table"]}>
          <caption>{t.sample}</caption>
          <thead>
            <tr>
              {file.columns.map((column) => (
                <th key={column} scope="col" data-used={used.has(column) || undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {file.sample.slice(0, 4).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a sample never move
              <tr key={index}>
                {file.columns.map((column, place) => (
                  <td key={column} data-used={used.has(column) || undefined}>
                    {row[place]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
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
