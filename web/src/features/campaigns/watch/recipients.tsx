/** What became of each person: filtered by state, with the error in words, to be taken along as a file. */

import { Button, Select } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { fileName, useDownload } from "@/shared/api/download";
import { usePages } from "@/shared/api/pages";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useKept } from "@/shared/session/use-kept";
import { FormError } from "@/shared/ui/form-error";
import { LoadMore } from "@/shared/ui/load-more";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { providersWords, whyOf } from "@/shared/whatsapp/why";
import { whyMessages } from "@/shared/whatsapp/why-messages";
import { audiencesQuery, failedRowsPath } from "../api/audience";
import { type Campaign, keys, type Progress } from "../api/campaigns";
import { exportPath, OUTCOMES, type Outcome, type Recipient, recipientsPage } from "../api/report";
import bar from "../parts/progress-bar.module.css";
import { watchMessages } from "./messages";
import classes from "./watch.module.css";

export function Recipients({ campaign, progress }: { campaign: Campaign; progress: Progress }) {
  const t = useMessages(watchMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const [{ outcome }, keep] = useKept(`campaign/${campaign.id}`, { outcome: null as Outcome | null });
  const download = useDownload();
  const audiences = useQuery(audiencesQuery(tenant_id, campaign.id));
  const unusable = (audiences.data ?? []).reduce(
    (sum, one) => sum + one.invalid_count + one.duplicate_count,
    0,
  );
  const pages = usePages<Recipient>({
    key: [...keys.recipients(tenant_id, campaign.id), outcome],
    page: (cursor, signal) => recipientsPage(tenant_id, campaign.id, { outcome, cursor }, signal),
  });
  const name = fileName(campaign.name);
  const save = (path: string, called: string) => download.mutate({ path, name: `${called}.csv` });
  return (
    <section className={classes["card"]} aria-label={t.people}>
      <div className={classes["cardHead"]}>
        <h2 className={classes["subtitle"]}>{t.people}</h2>
        <div className={classes["tools"]}>
          <OutcomeFilter
            progress={progress}
            value={outcome}
            onChange={(chosen) => keep({ outcome: chosen })}
          />
          <Button
            variant="default"
            leftSection={<IconDownload size={16} />}
            loading={download.isPending}
            onClick={() =>
              save(exportPath(tenant_id, campaign.id, outcome), outcome ? `${name}-${outcome}` : name)
            }
          >
            {t.export}
          </Button>
          {unusable > 0 && (
            <Button
              variant="default"
              leftSection={<IconDownload size={16} />}
              onClick={() => save(failedRowsPath(tenant_id, campaign.id), `${name}-failed-rows`)}
            >
              {t.failedRows}
            </Button>
          )}
        </div>
      </div>
      {download.error && <FormError>{refusal(download.error)}</FormError>}
      {pages.isPending ? (
        <ListSkeleton rows={3} />
      ) : pages.items && pages.items.length > 0 ? (
        <Table items={pages.items} />
      ) : (
        !pages.error && <p className={classes["hint"]}>{t.none}</p>
      )}
      <LoadMore
        more={pages.more}
        loading={pages.loadingMore}
        error={pages.error}
        onMore={pages.items && pages.more ? pages.loadMore : pages.refetch}
      />
    </section>
  );
}

interface OutcomeFilterProps {
  progress: Progress;
  value: Outcome | null;
  onChange: (outcome: Outcome | null) => void;
}

const EVERYBODY = "everybody";

function OutcomeFilter({ progress, value, onChange }: OutcomeFilterProps) {
  const t = useMessages(watchMessages);
  const format = useFormat();
  const there = OUTCOMES.filter((one) => progress[one] > 0 || one === value);
  return (
    <Select
      aria-label={t.filter}
      allowDeselect={false}
      w={220}
      value={value ?? EVERYBODY}
      data={[
        { value: EVERYBODY, label: t.every(format.number(progress.recipients)) },
        ...there.map((one) => ({
          value: one,
          label: t.some(t.outcomeWord[one], format.number(progress[one])),
        })),
      ]}
      onChange={(chosen) => onChange(OUTCOMES.find((one) => one === chosen) ?? null)}
    />
  );
}

function Table({ items }: { items: readonly Recipient[] }) {
  const t = useMessages(watchMessages);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={classes["scroll"]} tabIndex={0} aria-label={t.people}>
      <table className={classes["table"]}>
        <thead>
          <tr>
            <th scope="col">{t.person}</th>
            <th scope="col">{t.outcome}</th>
            <th scope="col">{t.when}</th>
            <th scope="col">{t.why}</th>
            <th scope="col">{t.answer}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <Line key={one.n} recipient={one} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ recipient }: { recipient: Recipient }) {
  const t = useMessages(watchMessages);
  const why = useMessages(whyMessages);
  const { tenant_id } = useTenant();
  const { name, phone, outcome, conversation_id, clicked, replied_at } = recipient;
  const last = latestOf(recipient);
  const reason = whyOf(recipient, why);
  const own =
    outcome === "failed" && recipient.error_code === null
      ? recipient.detail
      : providersWords(recipient.detail, recipient.error_code);
  return (
    <tr>
      <th scope="row">
        {conversation_id ? (
          <Link to={`/t/${tenant_id}/inbox/${conversation_id}`} aria-label={t.open(name ?? phone)}>
            {phone}
          </Link>
        ) : (
          phone
        )}
        {name && <span className={classes["small"]}>{name}</span>}
      </th>
      <td>
        <span className={classes["outcome"]}>
          <span
            className={bar["sign"]}
            data-part={outcome === "queued" || outcome === "sending" ? "under_way" : outcome}
            aria-hidden="true"
          />
          {t.outcomeWord[outcome]}
        </span>
      </td>
      <td>{last && <Time at={last} />}</td>
      <td className={classes["why"]}>
        {reason}
        {own && <span className={classes["small"]}>{own}</span>}
      </td>
      <td>{clicked ? t.pressed(clicked) : replied_at && t.replied}</td>
    </tr>
  );
}

function latestOf(one: Recipient): string | null {
  return one.failed_at ?? one.read_at ?? one.delivered_at ?? one.sent_at ?? one.accepted_at ?? one.queued_at;
}
