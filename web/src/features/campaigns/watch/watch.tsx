/** A campaign that was scheduled or has begun: how far it is, what can be done, what became of whom. */

import { useQuery } from "@tanstack/react-query";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ErrorState } from "@/shared/ui/error-state";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { WorkPage } from "@/shared/ui/work-page";
import { type Campaign, progressQuery } from "../api/campaigns";
import { reportQuery } from "../api/report";
import { campaignMessages } from "../messages";
import { StateWord } from "../parts/state-word";
import { Deeds } from "./deeds";
import { Details } from "./details";
import { Figures } from "./figures";
import { Held, Notices, Unconfirmed } from "./notices";
import { Reasons } from "./reasons";
import { Recipients } from "./recipients";
import { useFreshReport } from "./use-fresh-report";
import classes from "./watch.module.css";

export function Watch({ campaign }: { campaign: Campaign }) {
  const t = useMessages(campaignMessages);
  const { tenant_id } = useTenant();
  const progress = useQuery(progressQuery(tenant_id, campaign.id));
  const report = useQuery(reportQuery(tenant_id, campaign.id));
  useFreshReport(campaign, progress.data);
  return (
    <WorkPage
      back={{ to: `/t/${tenant_id}/campaigns`, label: t.back }}
      title={campaign.name}
      state={
        <span role="status">
          <StateWord state={campaign.state} />
        </span>
      }
      end={<Deeds campaign={campaign} report={report.data} />}
    >
      <div className={classes["parts"]}>
        <Notices campaign={campaign} progress={progress.data} />
        {progress.data ? (
          <>
            <Unconfirmed progress={progress.data} />
            <Held progress={progress.data} />
            <Figures campaign={campaign} progress={progress.data} report={report.data} />
            <Reasons progress={progress.data} report={report.data} />
            <Recipients campaign={campaign} progress={progress.data} />
          </>
        ) : progress.error ? (
          <ErrorState error={progress.error} onRetry={() => void progress.refetch()} />
        ) : (
          <ListSkeleton rows={4} />
        )}
        <Details campaign={campaign} />
      </div>
    </WorkPage>
  );
}
