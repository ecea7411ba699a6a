/** What a list says and by which columns, before anybody is written down. */

import { Button, Group, Select, Textarea } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { CountrySelect } from "@/shared/ui/country-select";
import { useFirstFault } from "@/shared/ui/first-fault";
import { FormError } from "@/shared/ui/form-error";
import { SampleTable } from "@/shared/ui/sheet";
import { type Category, type Imported, type Overview, useBring, type Word } from "../api/consent";
import { CategorySelect } from "../category-select";
import { WordControl } from "../word-control";
import classes from "./imports.module.css";
import { importMessages } from "./messages";

const LONGEST_PROOF = 2000;

interface BringProps {
  file: File;
  overview: Overview;
  onDone: (imported: Imported) => void;
  onAgain: () => void;
}

export function Bring({ file, overview, onDone, onAgain }: BringProps) {
  const t = useMessages(importMessages);
  const refusal = useRefusal();
  const bring = useBring();
  const [phone, setPhone] = useState(overview.phone);
  const [date, setDate] = useState(overview.date);
  const [country, setCountry] = useState<string | null>(null);
  const [state, setState] = useState<Word>("in");
  const [category, setCategory] = useState<Category>("marketing");
  const [proof, setProof] = useState("");
  const [tried, setTried] = useState(false);
  const isBare = overview.columns.length === 0; // numbers alone: the first column is the phone
  const form = useRef<HTMLFormElement>(null);
  const toFault = useFirstFault(form);
  const take = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    toFault();
    if (!proof.trim() || (!isBare && !phone)) return;
    bring.mutate({ file, proof: proof.trim(), category, state, country, phone, date }, { onSuccess: onDone });
  };
  return (
    <form ref={form} className={classes["card"]} onSubmit={take} noValidate>
      <div className={classes["head"]}>
        <h2 className={classes["subtitle"]}>{file.name}</h2>
        <span className={classes["hint"]}>
          {isBare ? t.readBare(overview.row_count) : t.read(overview.row_count, overview.columns.length)}
        </span>
      </div>
      <Sample overview={overview} used={isBare ? [t.column("1")] : [phone, date]} />
      <div className={classes["fields"]}>
        {!isBare && (
          <>
            <Select
              label={t.phone}
              placeholder={t.columnNone}
              data={overview.columns}
              value={phone}
              searchable
              allowDeselect={false}
              error={tried && !phone ? t.missing : null}
              onChange={setPhone}
            />
            <Select
              label={t.date}
              placeholder={t.dateNone}
              data={overview.columns}
              value={date}
              searchable
              clearable
              onChange={setDate}
            />
          </>
        )}
        <CountrySelect
          label={t.country}
          placeholder={t.countryDefault}
          value={country}
          onChange={setCountry}
        />
      </div>
      <div className={classes["fields"]}>
        <WordControl label={t.said} value={state} onChange={setState} />
        <CategorySelect value={category} onChange={setCategory} />
      </div>
      <Textarea
        label={t.proof}
        description={t.proofHint}
        placeholder={t.proofSample}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={LONGEST_PROOF}
        value={proof}
        error={tried && !proof.trim() ? t.missing : null}
        onChange={(event) => setProof(event.currentTarget.value)}
      />
      <p className={classes["hint"]}>{state === "in" ? t.warnIn : t.warnOut}</p>
      {bring.error && <FormError>{refusal(bring.error)}</FormError>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onAgain}>
          {t.again}
        </Button>
        <Button type="submit" loading={bring.isPending}>
          {t.bring(overview.row_count)}
        </Button>
      </Group>
    </form>
  );
}

function Sample({ overview, used }: { overview: Overview; used: readonly (string | null)[] }) {
  const t = useMessages(importMessages);
  const format = useFormat();
  const { columns, sample } = overview;
  const named =
    columns.length > 0 ? columns : (sample[0] ?? []).map((_, place) => t.column(format.number(place + 1)));
  return (
    <SampleTable label={t.sample} columns={named} rows={sample} isUsed={(name) => used.includes(name)} />
  );
}
