/** One campaign: written step by step until it is scheduled or started, watched from then on. */

import { useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "wouter";
import { useTenant } from "@/shared/session/session-context";
import { ErrorState } from "@/shared/ui/error-state";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { campaignQuery } from "./api/campaigns";
import { useLiveCampaigns } from "./api/live";
import { Editor } from "./editor/editor";
import { Recheck } from "./editor/recheck";
import { Refit } from "./editor/refit";
import { isWritten } from "./model/figures";
import { Watch } from "./watch/watch";

const NEW = "new";

export function CampaignPage() {
  const { campaign: id = NEW } = useParams<{ campaign: string }>();
  useLiveCampaigns();
  return id === NEW ? <Editor campaign={null} /> : <Known key={id} id={id} />;
}

function Known({ id }: { id: string }) {
  const { tenant_id, can } = useTenant();
  const [params] = useSearchParams();
  const { data, error, refetch } = useQuery(campaignQuery(tenant_id, id));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  if (isWritten(data.state) && can("campaigns:write")) return <Editor campaign={data} />;
  if (data.state === "paused" && params.has("refit") && can("campaigns:write"))
    return <Refit campaign={data} />;
  if (data.state === "paused" && params.has("recheck") && can("campaigns:write"))
    return <Recheck campaign={data} />;
  return <Watch campaign={data} />;
}
