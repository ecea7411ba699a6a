/** Every workspace of the installation. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { type Pages, usePages } from "@/shared/api/pages";

export type Tenant = Schemas["Tenant"];
export type NewTenant = Schemas["NewTenant"];

const KEY = ["operator", "tenants"] as const;
const PAGE = 100;

export function useTenants(): Pages<Tenant> {
  return usePages<Tenant>({
    key: KEY,
    page: (cursor, signal) =>
      answer(api.GET("/api/tenants", { params: { query: { limit: PAGE, cursor: cursor ?? null } }, signal })),
  });
}

export function useSuspension(tenant_id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (suspended: boolean) => {
      const params = { path: { tenant_id } };
      return suspended
        ? answer(api.POST("/api/tenants/{tenant_id}/suspend", { params }))
        : answer(api.POST("/api/tenants/{tenant_id}/resume", { params }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

export function useCreateTenant() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewTenant) => answer(api.POST("/api/tenants", { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}
