/** API keys of a tenant. A key itself is in one answer, once, and is kept nowhere. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { everyPage } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";

export type Key = Schemas["Key"];
export type CreatedKey = Schemas["CreatedKey"];
export type NewKey = Schemas["NewKey"];
export type Scope = Schemas["Scope"];

const keysKey = (tenantId: string) => ["keys", tenantId] as const;

export function keysQuery(tenantId: string) {
  return queryOptions({
    queryKey: keysKey(tenantId),
    queryFn: ({ signal }) =>
      everyPage<Key>((cursor) =>
        answer(
          api.GET("/api/tenants/{tenant_id}/keys", {
            params: { path: { tenant_id: tenantId }, query: { limit: 200, cursor: cursor ?? null } },
            signal,
          }),
        ),
      ),
  });
}

export function useKeys() {
  const { tenant_id } = useTenant();
  return useQuery(keysQuery(tenant_id));
}

export function useCreateKey() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewKey) =>
      answer(api.POST("/api/tenants/{tenant_id}/keys", { params: { path: { tenant_id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: keysKey(tenant_id) }),
    gcTime: 0, // the answer holds the key
  });
}

export function useRevokeKey() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key_id: string) =>
      answer(
        api.DELETE("/api/tenants/{tenant_id}/keys/{key_id}", { params: { path: { tenant_id, key_id } } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: keysKey(tenant_id) }),
  });
}
