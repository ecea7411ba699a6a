/** What would become, and what became of a campaign: looked over before, read afterwards. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas, unhurried } from "@/shared/api/client";
import { useTenant } from "@/shared/session/session-context";
import { keys, of, useKeepCampaign } from "./campaigns";

export type Estimate = Schemas["Estimate"];
export type DryRun = Schemas["DryRun"];
export type Recipient = Schemas["Recipient"];
export type Outcome = Recipient["outcome"];
export type Report = Schemas["Report"];

/** In the order in which they are told. */
export const OUTCOMES = [
  "waiting",
  "put_off",
  "queued",
  "sending",
  "accepted",
  "sent",
  "delivered",
  "read",
  "failed",
  "unknown",
  "skipped",
  "cancelled",
  "forgotten",
] as const satisfies readonly Outcome[];

export const exportPath = (tenantId: string, id: string, outcome: Outcome | null) =>
  `/api/tenants/${tenantId}/campaigns/${id}/export.csv${outcome ? `?state=${outcome}` : ""}`;

export function useDryRun(id: string) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/tenants/{tenant_id}/campaigns/{campaign_id}/dry-run", {
          params: of(tenant_id, id),
          fetch: unhurried,
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.one(tenant_id, id) });
      void client.invalidateQueries({ queryKey: keys.list(tenant_id) });
    },
  });
}

export function useTestSend(id: string) {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: (body: Schemas["TestSend"]) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/campaigns/{campaign_id}/test", {
          params: of(tenant_id, id),
          body,
        }),
      ),
  });
}

export function useRetry(id: string) {
  const { tenant_id } = useTenant();
  const keep = useKeepCampaign();
  return useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/tenants/{tenant_id}/campaigns/{campaign_id}/retry", {
          params: of(tenant_id, id),
          fetch: unhurried,
        }),
      ),
    onSuccess: keep,
  });
}

export function reportQuery(tenantId: string, id: string) {
  return queryOptions({
    queryKey: keys.report(tenantId, id),
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/campaigns/{campaign_id}/report", {
          params: of(tenantId, id),
          signal,
        }),
      ),
  });
}

export function recipientsPage(
  tenantId: string,
  id: string,
  { outcome, cursor, limit = 100 }: { outcome: Outcome | null; cursor: string | undefined; limit?: number },
  signal: AbortSignal,
) {
  return answer(
    api.GET("/api/tenants/{tenant_id}/campaigns/{campaign_id}/recipients", {
      params: { ...of(tenantId, id), query: { state: outcome, cursor: cursor ?? null, limit } },
      signal,
    }),
  );
}
