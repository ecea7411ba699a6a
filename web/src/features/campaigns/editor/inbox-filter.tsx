/** People of the inbox: whom the campaign's number has a conversation with, and who are as asked for. */

import { Button, Group, MultiSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { ownMoment, ownZone, wallClock } from "@/shared/lib/zones";
import { useDirectory } from "@/shared/store/hooks";
import { FormError } from "@/shared/ui/form-error";
import { type Filter, type Taken, useAddFiltered } from "../api/audience";
import classes from "./people.module.css";
import { peopleMessages } from "./people-messages";

type State = NonNullable<Filter["states"]>[number];

interface InboxFilterProps {
  campaignId: string;
  /** What it begins with; null: with nobody left out. */
  filledIn: Filter | null;
  onTaken: (taken: Taken) => void;
}

export function InboxFilter({ campaignId, filledIn, onTaken }: InboxFilterProps) {
  const t = useMessages(peopleMessages);
  const refusal = useRefusal();
  const labels = useDirectory("labels");
  const add = useAddFiltered(campaignId);
  const [labelIds, setLabels] = useState<string[]>(filledIn?.label_ids ?? []);
  const [states, setStates] = useState<string[]>(filledIn?.states ?? []);
  const [since, setSince] = useState(dayOf(filledIn?.last_inbound_after));
  const [until, setUntil] = useState(dayOf(filledIn?.last_inbound_before));
  // One that was deleted stays to be seen: without it everybody would be taken.
  const gone = labelIds.filter((id) => !labels.has(id)).map((value) => ({ value, label: t.labelGone }));
  const wrong = (day: string) => day !== "" && momentOf(day) === null;
  const take = (event: FormEvent) => {
    event.preventDefault();
    if (wrong(since) || wrong(until)) return; // without a day of it everybody would be taken
    add.mutate(
      {
        label_ids: labelIds,
        states: states as State[],
        last_inbound_after: asked(since, filledIn?.last_inbound_after),
        last_inbound_before: asked(until, filledIn?.last_inbound_before),
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
          data={[...[...labels.values()].map(({ id, name }) => ({ value: id, label: name })), ...gone]}
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

/** The day of a moment by the reader's own clock, as a field of days has it. */
function dayOf(moment: string | null | undefined): string {
  return moment ? wallClock(new Date(moment), ownZone()).slice(0, "2026-12-24".length) : "";
}

/** The moment that it began with, as long as its day was not changed: it may lie within the day. */
function asked(day: string, begunWith: string | null | undefined): string | null {
  return begunWith && day === dayOf(begunWith) ? begunWith : momentOf(day);
}

/** The beginning of that day by the reader's own clock; null where it is none. */
function momentOf(day: string): string | null {
  return ownMoment(`${day}T00:00:00`);
}
