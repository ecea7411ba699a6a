/** Campaigns: read, written, started and stopped. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { useTenant } from "@/shared/session/session-context";

export type Campaign = Schemas["Campaign"];
export type CampaignState = Schemas["CampaignState"];
export type NewCampaign = Schemas["NewCampaign"];
export type CampaignChange = Schemas["CampaignChange"];
export type Progress = Schemas["Progress"];
export type Schedule = Schemas["Schedule"];
export type Deed = "start" | "pause" | "resume" | "cancel" | "unschedule";

const ROOT = "campaigns";

export const keys = {
  every: (tenantId: string) => [ROOT, tenantId] as const,
  list: (tenantId: string) => [ROOT, tenantId, "list"] as const,
  one: (tenantId: string, id: string) => [ROOT, tenantId, "one", id] as const,
  progress: (tenantId: string, id: string) => [ROOT, tenantId, "progress", id] as const,
  audiences: (tenantId: string, id: string) => [ROOT, tenantId, "audiences", id] as const,
  recipients: (tenantId: string, id: string) => [ROOT, tenantId, "recipients", id] as const,
  report: (tenantId: string, id: string) => [ROOT, tenantId, "report", id] as const,
};

export const at = (tenant_id: string) => ({ path: { tenant_id } });
export const of = (tenant_id: string, campaign_id: string) => ({ path: { tenant_id, campaign_id } });

export function campaignsPage(tenantId: string, cursor: string | undefined, signal: AbortSignal) {
  return answer(
    api.GET("/api/tenants/{tenant_id}/campaigns", {
      params: { ...at(tenantId), query: { cursor: cursor ?? null, limit: 30 } },
      signal,
    }),
  );
}

export function campaignQuery(tenantId: string, id: string) {
  return queryOptions({
    queryKey: keys.one(tenantId, id),
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/campaigns/{campaign_id}", { params: of(tenantId, id), signal }),
      ),
  });
}

export function progressQuery(tenantId: string, id: string) {
  return queryOptions({
    queryKey: keys.progress(tenantId, id),
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/campaigns/{campaign_id}/progress", {
          params: of(tenantId, id),
          signal,
        }),
      ),
  });
}

/** Keeps what an answer says of a campaign: nobody has to ask again to see it. */
export function useKeepCampaign(): (campaign: Campaign) => void {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return (campaign) => {
    client.setQueryData(keys.one(tenant_id, campaign.id), campaign);
    void client.invalidateQueries({ queryKey: keys.list(tenant_id) });
  };
}

export function useCreate() {
  const { tenant_id } = useTenant();
  const keep = useKeepCampaign();
  return useMutation({
    mutationFn: (body: NewCampaign) =>
      answer(api.POST("/api/tenants/{tenant_id}/campaigns", { params: at(tenant_id), body })),
    onSuccess: keep,
  });
}

export function useChange(id: string) {
  const { tenant_id } = useTenant();
  const keep = useKeepCampaign();
  return useMutation({
    mutationFn: (body: CampaignChange) =>
      answer(
        api.PATCH("/api/tenants/{tenant_id}/campaigns/{campaign_id}", { params: of(tenant_id, id), body }),
      ),
    onSuccess: keep,
  });
}

export function useDelete(id: string) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answer(api.DELETE("/api/tenants/{tenant_id}/campaigns/{campaign_id}", { params: of(tenant_id, id) })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.list(tenant_id) }),
  });
}

export function useSchedule(id: string) {
  const { tenant_id } = useTenant();
  const keep = useKeepCampaign();
  return useMutation({
    mutationFn: (body: Schedule) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/campaigns/{campaign_id}/schedule", {
          params: of(tenant_id, id),
          body,
        }),
      ),
    onSuccess: keep,
  });
}

const DEEDS = {
  start: "/api/tenants/{tenant_id}/campaigns/{campaign_id}/start",
  pause: "/api/tenants/{tenant_id}/campaigns/{campaign_id}/pause",
  resume: "/api/tenants/{tenant_id}/campaigns/{campaign_id}/resume",
  cancel: "/api/tenants/{tenant_id}/campaigns/{campaign_id}/cancel",
  unschedule: "/api/tenants/{tenant_id}/campaigns/{campaign_id}/unschedule",
} as const satisfies Record<Deed, string>;

export function useDeed(id: string) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  const keep = useKeepCampaign();
  return useMutation({
    mutationFn: (deed: Deed) => answer(api.POST(DEEDS[deed], { params: of(tenant_id, id) })),
    onSuccess: (campaign) => {
      keep(campaign);
      void client.invalidateQueries({ queryKey: keys.progress(tenant_id, id) });
    },
  });
}
