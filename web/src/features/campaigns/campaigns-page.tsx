/** Every campaign, latest first: where it stands and how far it is. */

import { ActionIcon, Button } from "@mantine/core";
import { IconCopy, IconPlus, IconSpeakerphone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { usePages } from "@/shared/api/pages";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { SettingsBody } from "@/shared/ui/settings-section";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { NoNumber } from "@/shared/whatsapp/no-number";
import { useNumbers } from "@/shared/whatsapp/number-choice";
import { type Campaign, campaignsPage, keys, progressQuery } from "./api/campaigns";
import { useLiveCampaigns } from "./api/live";
import classes from "./campaigns-page.module.css";
import { campaignMessages, wordFor } from "./messages";
import { doneOf, hasBegun } from "./model/figures";
import { ProgressBar } from "./parts/progress-bar";
import { StateWord } from "./parts/state-word";

export function CampaignsPage() {
  const t = useMessages(campaignMessages);
  const { tenant_id, can } = useTenant();
  useLiveCampaigns();
  const { none } = useNumbers();
  const pages = usePages<Campaign>({
    key: keys.list(tenant_id),
    page: (cursor, signal) => campaignsPage(tenant_id, cursor, signal),
  });
  if (pages.isPending) return <PageSkeleton />;
  if (!pages.items) return <ErrorState error={pages.error} onRetry={pages.refetch} />;
  const mayWrite = can("campaigns:write");
  const isFirst = none && pages.items.length === 0;
  const create = mayWrite && (
    <Button component={Link} to={`/t/${tenant_id}/campaigns/new`} leftSection={<IconPlus size={17} />}>
      {t.create}
    </Button>
  );
  return (
    <div className={classes["page"]}>
      <SettingsBody title={t.title} hint={t.hint} action={pages.items.length > 0 && create}>
        {pages.items.length === 0 ? (
          <div className={classes["empty"]}>
            {isFirst ? (
              <NoNumber />
            ) : (
              <EmptyState
                icon={<IconSpeakerphone size={26} stroke={1.6} />}
                title={mayWrite ? t.empty : t.emptyReader}
                action={create}
              >
                {mayWrite ? t.emptyHint : t.emptyReaderHint}
              </EmptyState>
            )}
          </div>
        ) : (
          <ul className={classes["list"]} aria-label={t.title}>
            {pages.items.map((campaign) => (
              <li key={campaign.id} className={classes["item"]}>
                <CampaignRow campaign={campaign} />
              </li>
            ))}
          </ul>
        )}
        <LoadMore more={pages.more} loading={pages.loadingMore} error={pages.error} onMore={pages.loadMore} />
      </SettingsBody>
    </div>
  );
}

function CampaignRow({ campaign }: { campaign: Campaign }) {
  const t = useMessages(campaignMessages);
  const { tenant_id, can } = useTenant();
  const home = `/t/${tenant_id}/campaigns`;
  return (
    <>
      <Link to={`${home}/${campaign.id}`} className={classes["row"]}>
        <span className={classes["words"]}>
          <strong className={classes["name"]}>{campaign.name}</strong>
          <span className={classes["about"]}>
            {t.template(campaign.template.name, campaign.template.language.code)}
          </span>
        </span>
        <span className={classes["figures"]}>
          <Figures campaign={campaign} />
        </span>
        <span className={classes["state"]}>
          <StateWord state={campaign.state} />
          <When campaign={campaign} />
        </span>
      </Link>
      {can("campaigns:write") && (
        <ActionIcon
          component={Link}
          to={`${home}/new?from=${campaign.id}`}
          className={classes["again"] ?? ""}
          variant="subtle"
          color="gray"
          size={34}
          aria-label={t.againNamed(campaign.name)}
          title={t.again}
        >
          <IconCopy size={18} />
        </ActionIcon>
      )}
    </>
  );
}

function Figures({ campaign }: { campaign: Campaign }) {
  const t = useMessages(campaignMessages);
  const format = useFormat();
  const { tenant_id } = useTenant();
  const over = campaign.ended_at !== null;
  const { data } = useQuery({
    ...progressQuery(tenant_id, campaign.id),
    staleTime: over ? 10 * 60_000 : 30_000,
  });
  const reason = wordFor(t.reason, campaign.reason);
  if (!data) return null;
  if (!hasBegun(campaign)) {
    return (
      <span className={classes["about"]}>
        {reason ?? (data.recipients > 0 ? t.people(data.recipients) : t.nobody)}
      </span>
    );
  }
  return (
    <>
      <ProgressBar progress={data} />
      <span className={classes["about"]}>
        {t.of(format.number(doneOf(data)), format.number(data.recipients))}
        {data.failed > 0 && (
          <>
            {" · "}
            <span className={classes["bad"]}>
              {t.part.failed}: {format.number(data.failed)}
            </span>
          </>
        )}
        {campaign.state === "paused" && reason && <> · {reason}</>}
      </span>
    </>
  );
}

function When({ campaign }: { campaign: Campaign }) {
  const t = useMessages(campaignMessages);
  const format = useFormat();
  const { state, scheduled_at, started_at, ended_at, updated_at } = campaign;
  if (state === "scheduled" && scheduled_at)
    return <span className={classes["about"]}>{t.starts(format.dateTime(scheduled_at))}</span>;
  const [word, at] = ended_at
    ? [t.ended, ended_at]
    : started_at
      ? [t.started, started_at]
      : [t.changed, updated_at];
  return (
    <span className={classes["about"]}>
      {word} <Time at={at} />
    </span>
  );
}
