/** One campaign: written step by step until it is scheduled or started, watched from then on. */

import { useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "wouter";
import { isProblem } from "@/shared/api/problem";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ErrorState } from "@/shared/ui/error-state";
import { FormError } from "@/shared/ui/form-error";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { campaignQuery } from "./api/campaigns";
import { useLiveCampaigns } from "./api/live";
import { Editor } from "./editor/editor";
import { Recheck } from "./editor/recheck";
import { Refit } from "./editor/refit";
import { campaignMessages } from "./messages";
import { isWritten } from "./model/figures";
import { Watch } from "./watch/watch";

const NEW = "new";

export function CampaignPage() {
  const { campaign: id = NEW } = useParams<{ campaign: string }>();
  const [params] = useSearchParams();
  const former = params.get("from");
  useLiveCampaigns();
  if (id !== NEW) return <Known key={id} id={id} />;
  return former === null ? <Editor campaign={null} /> : <Again key={former} id={former} />;
}

/** A new one, filled in as another was. */
function Again({ id }: { id: string }) {
  const t = useMessages(campaignMessages);
  const { tenant_id } = useTenant();
  const { data, error, refetch } = useQuery(campaignQuery(tenant_id, id));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return <Editor campaign={null} like={{ ...data, name: t.copyOf(data.name) }} />;
}

/** One that is there. Where a colleague deletes it while somebody writes, what they wrote stays. */
function Known({ id }: { id: string }) {
  const t = useMessages(campaignMessages);
  const { tenant_id, can } = useTenant();
  const [params] = useSearchParams();
  const { data, error, refetch } = useQuery(campaignQuery(tenant_id, id));
  const isWriting = data !== undefined && isWritten(data.state) && can("campaigns:write");
  const isGone = isProblem(error, "not_found");
  if (error && (!data || (isGone && !isWriting)))
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  if (isWriting)
    return (
      <>
        {isGone && <FormError tone="warn">{t.gone}</FormError>}
        <Editor campaign={data} />
      </>
    );
  if (data.state === "paused" && params.has("refit") && can("campaigns:write"))
    return <Refit campaign={data} />;
  if (data.state === "paused" && params.has("recheck") && can("campaigns:write"))
    return <Recheck campaign={data} />;
  return <Watch campaign={data} />;
}
