/** People of the inbox: whom the campaign's number has a conversation with, and who are as asked for. */

import { Button, Group, MultiSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { ownMoment } from "@/shared/lib/zones";
import { useDirectory } from "@/shared/store/hooks";
import { FormError } from "@/shared/ui/form-error";
import { type Filter, type Taken, useAddFiltered } from "../api/audience";
import classes from "./people.module.css";
import { peopleMessages } from "./people-messages";

type State = NonNullable<Filter["states"]>[number];

export function InboxFilter({
  campaignId,
  onTaken,
}: {
  campaignId: string;
  onTaken: (taken: Taken) => void;
}) {
  const t = useMessages(peopleMessages);
  const refusal = useRefusal();
  const labels = useDirectory("labels");
  const add = useAddFiltered(campaignId);
  const [labelIds, setLabels] = useState<string[]>([]);
  const [states, setStates] = useState<string[]>([]);
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const wrong = (day: string) => day !== "" && momentOf(day) === null;
  const take = (event: FormEvent) => {
    event.preventDefault();
    if (wrong(since) || wrong(until)) return; // without a day of it everybody would be taken
    add.mutate(
      {
        label_ids: labelIds,
        states: states as State[],
        last_inbound_after: momentOf(since),
        last_inbound_before: momentOf(until),
      },
      { onSuccess: onTaken },
    );
  };
  return (
    <form className={classes["mapping"]} onSubmit={take}>
      <p className={classes["hint"]}>{t.inboxHint}</p>
      <div className={classes["fields"]}>
        <MultiSelect
          label={t.labels}
          placeholder={labelIds.length === 0 ? (labels.size > 0 ? t.labelsAny : t.noLabels) : ""}
          data={[...labels.values()].map(({ id, name }) => ({ value: id, label: name }))}
          value={labelIds}
          searchable
          onChange={setLabels}
        />
        <MultiSelect
          label={t.states}
          placeholder={states.length === 0 ? t.statesAny : ""}
          data={Object.entries(t.state).map(([value, label]) => ({ value, label }))}
          value={states}
          onChange={setStates}
        />
        <TextInput
          type="date"
          label={t.since}
          value={since}
          error={wrong(since)}
          max={until || undefined}
          onChange={(event) => setSince(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={t.until}
          value={until}
          error={wrong(until)}
          min={since || undefined}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </div>
      {add.error && <FormError>{refusal(add.error)}</FormError>}
      <Group justify="flex-end">
        <Button type="submit" loading={add.isPending}>
          {t.takeInbox}
        </Button>
      </Group>
    </form>
  );
}

/** The beginning of that day by the reader's own clock; null where it is none. */
function momentOf(day: string): string | null {
  return ownMoment(`${day}T00:00:00`);
}
