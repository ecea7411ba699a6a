/** To whom a campaign goes: files, people of the inbox, and what was wrong with which row. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, apiFetch, type Schemas, unhurried } from "@/shared/api/client";
import { useTenant } from "@/shared/session/session-context";
import { keys, of } from "./campaigns";

export type Audience = Schemas["Audience"];
export type UploadedFile = Schemas["UploadedFile"];
export type FileMapping = Schemas["FileMapping"];
export type Filter = Schemas["Filter"];
export type Taken = Schemas["Taken"];
export type FaultRow = Schemas["FaultRow"];

export function audiencesQuery(tenantId: string, campaignId: string) {
  return queryOptions({
    queryKey: keys.audiences(tenantId, campaignId),
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/campaigns/{campaign_id}/audience", {
          params: of(tenantId, campaignId),
          signal,
        }),
      ),
  });
}

/** What changed of the audience makes the campaign a draft again. */
function useRefresh(campaignId: string): () => Promise<unknown> {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: keys.progress(tenant_id, campaignId) });
    void client.invalidateQueries({ queryKey: keys.list(tenant_id) });
    void client.invalidateQueries({ queryKey: keys.one(tenant_id, campaignId) });
    return client.invalidateQueries({ queryKey: keys.audiences(tenant_id, campaignId) });
  };
}

export function useUploadAudience(campaignId: string) {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: async (file: File): Promise<UploadedFile> => {
      const form = new FormData();
      form.append("file", file, file.name);
      const url = new URL(
        `/api/tenants/${tenant_id}/campaigns/${campaignId}/audience/upload`,
        location.origin,
      );
      const stored = await apiFetch(new Request(url, { method: "POST", body: form }));
      return (await stored.json()) as UploadedFile;
    },
  });
}

export function useMapAudience(campaignId: string) {
  const { tenant_id } = useTenant();
  const refresh = useRefresh(campaignId);
  return useMutation({
    mutationFn: (body: FileMapping) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/campaigns/{campaign_id}/audience/mapping", {
          params: of(tenant_id, campaignId),
          body,
          fetch: unhurried,
        }),
      ),
    onSuccess: refresh,
  });
}

export function useAddFiltered(campaignId: string) {
  const { tenant_id } = useTenant();
  const refresh = useRefresh(campaignId);
  return useMutation({
    mutationFn: (body: Filter) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/campaigns/{campaign_id}/audience/filter", {
          params: of(tenant_id, campaignId),
          body,
          fetch: unhurried,
        }),
      ),
    onSuccess: refresh,
  });
}

export function useRemoveAudience(campaignId: string) {
  const { tenant_id } = useTenant();
  const refresh = useRefresh(campaignId);
  return useMutation({
    mutationFn: (audience_id: string) =>
      answer(
        api.DELETE("/api/tenants/{tenant_id}/campaigns/{campaign_id}/audience/{audience_id}", {
          params: { path: { tenant_id, campaign_id: campaignId, audience_id } },
        }),
      ),
    onSuccess: refresh,
  });
}

export const failedRowsPath = (tenantId: string, campaignId: string) =>
  `/api/tenants/${tenantId}/campaigns/${campaignId}/failed-rows.csv`;
