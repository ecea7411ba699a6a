/** The second step: whom it goes to. */

import { ActionIcon, Button, SegmentedControl } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { DropFile } from "@/shared/ui/drop-file";
import { ErrorState } from "@/shared/ui/error-state";
import { FormError } from "@/shared/ui/form-error";
import { Row, Rows } from "@/shared/ui/rows";
import { ListSkeleton } from "@/shared/ui/skeletons";
import {
  type Audience,
  audiencesQuery,
  type Filter,
  type Taken,
  type UploadedFile,
  useRemoveAudience,
  useUploadAudience,
} from "../api/audience";
import type { Campaign } from "../api/campaigns";
import { FormerPeople, filterOf, useSource } from "./former-people";
import { InboxFilter } from "./inbox-filter";
import { Mapping } from "./mapping";
import { editorMessages } from "./messages";
import classes from "./people.module.css";
import { peopleMessages } from "./people-messages";
import { TakenResult } from "./taken-result";

const TABLES =
  ".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

interface PeopleStepProps {
  campaign: Campaign;
  /** The campaign that it is made from. */
  former: string | null;
  onNext: () => void;
}

export function PeopleStep({ campaign, former, onNext }: PeopleStepProps) {
  const t = useMessages(peopleMessages);
  const words = useMessages(editorMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const { data, error, refetch } = useQuery(audiencesQuery(tenant_id, campaign.id));
  const before =
    useQuery({ ...audiencesQuery(tenant_id, former ?? ""), enabled: former !== null }).data ?? [];
  const upload = useUploadAudience(campaign.id);
  const remove = useRemoveAudience(campaign.id);
  const [chosenWay, setWay] = useState<"file" | "inbox" | null>(null);
  const [chosenFilter, setFilter] = useState<Filter | null>(null);
  const first = filterOf(before[0]);
  const filter = chosenFilter ?? first;
  const way = chosenWay ?? (first ? "inbox" : "file");
  const [file, setFile] = useState<UploadedFile | null>(null);
  const [taken, setTaken] = useState<Taken | null>(null);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <ListSkeleton rows={3} />;
  const people = data.reduce((sum, one) => sum + one.taken_count, 0);
  const shown = data.filter((one) => one.id !== file?.audience_id);
  const done = (result: Taken) => {
    setFile(null);
    setTaken(result);
  };
  const send = (chosen: File) => {
    setTaken(null);
    upload.mutate(chosen, { onSuccess: setFile });
  };
  return (
    <div className={classes["people"]}>
      {shown.length > 0 && (
        <section>
          <h2 className={classes["subtitle"]}>{t.added}</h2>
          <Rows label={t.added}>
            {shown.map((one) => (
              <AudienceRow key={one.id} audience={one} campaignId={campaign.id} />
            ))}
          </Rows>
        </section>
      )}
      {before.length > 0 && (
        <FormerPeople
          audiences={before}
          onFilter={(asked) => {
            setFilter(asked);
            setWay("inbox");
          }}
        />
      )}
      {taken && <TakenResult taken={taken} campaign={campaign} />}
      <section className={classes["adding"]}>
        <div className={classes["faultsHead"]}>
          <h2 className={classes["subtitle"]}>{t.add}</h2>
          <SegmentedControl
            aria-label={t.add}
            value={way}
            data={[
              { value: "file", label: t.file },
              { value: "inbox", label: t.inbox },
            ]}
            onChange={(value) => setWay(value === "inbox" ? "inbox" : "file")}
          />
        </div>
        {way === "inbox" ? (
          <InboxFilter
            key={JSON.stringify(filter)}
            campaignId={campaign.id}
            filledIn={filter}
            onTaken={done}
          />
        ) : file ? (
          <Mapping
            key={file.audience_id}
            campaign={campaign}
            file={file}
            onTaken={done}
            onAgain={() => {
              remove.mutate(file.audience_id);
              setFile(null);
            }}
          />
        ) : (
          <>
            <DropFile
              title={upload.isPending ? t.reading : t.drop}
              hint={t.dropHint}
              choose={t.choose}
              accept={TABLES}
              busy={upload.isPending}
              onFile={send}
            />
            {upload.error && <FormError>{refusal(upload.error)}</FormError>}
          </>
        )}
      </section>
      <div className={classes["actions"]}>
        <Button disabled={people === 0} onClick={onNext}>
          {words.go}
        </Button>
      </div>
    </div>
  );
}

function AudienceRow({ audience, campaignId }: { audience: Audience; campaignId: string }) {
  const t = useMessages(peopleMessages);
  const refusal = useRefusal();
  const remove = useRemoveAudience(campaignId);
  const { kind, Icon, name } = useSource(audience);
  const { row_count, taken_count, invalid_count, duplicate_count } = audience;
  const isRead = kind !== "file" || audience.mapping !== null;
  const parts = [
    t.rows(row_count),
    invalid_count > 0 && t.invalid(invalid_count),
    duplicate_count > 0 && t.duplicates(duplicate_count),
  ].filter(Boolean);
  return (
    <Row
      lead={<Icon size={20} stroke={1.6} aria-hidden="true" />}
      title={name}
      hint={remove.error ? refusal(remove.error) : isRead ? parts.join(" · ") : t.unread}
      meta={<strong>{t.people(taken_count)}</strong>}
      actions={
        <ActionIcon
          variant="subtle"
          color="gray"
          size={34}
          aria-label={t.remove(name)}
          loading={remove.isPending}
          onClick={() => remove.mutate(audience.id)}
        >
          <IconTrash size={18} />
        </ActionIcon>
      }
    />
  );
}
