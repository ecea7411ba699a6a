/** What a tenant settles for itself. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { useTenant } from "@/shared/session/session-context";
import { SESSION_KEY } from "@/shared/session/session-query";

export type TenantShown = Schemas["Tenant"];
export type TenantChanges = Schemas["TenantChanges"];

export function tenantQuery(tenantId: string) {
  return queryOptions({
    queryKey: ["tenant", tenantId],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/tenants/{tenant_id}", { params: { path: { tenant_id: tenantId } }, signal })),
  });
}

export function useTenantSettings() {
  const { tenant_id } = useTenant();
  return useQuery(tenantQuery(tenant_id));
}

export function useChangeTenant() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: TenantChanges) =>
      answer(api.PATCH("/api/tenants/{tenant_id}", { params: { path: { tenant_id } }, body })),
    onSuccess: (tenant) => {
      client.setQueryData(tenantQuery(tenant_id).queryKey, tenant);
      return client.invalidateQueries({ queryKey: SESSION_KEY }); // it names the workspace
    },
  });
}

/** How many messages are older than so many days; asked before a limit is set. */
export function olderQuery(tenantId: string, days: number) {
  return queryOptions({
    queryKey: ["tenant", tenantId, "older", days],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/retention", {
          params: { path: { tenant_id: tenantId }, query: { days } },
          signal,
        }),
      ),
    staleTime: 0,
  });
}
