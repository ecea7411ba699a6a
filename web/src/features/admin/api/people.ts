/** Who works in a tenant. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { everyPage } from "@/shared/api/pages";
import type { Role } from "@/shared/session/session";
import { useTenant } from "@/shared/session/session-context";
import { useInvalidateOn } from "@/shared/store/use-invalidate";

export type Person = Schemas["Person"];
export type Invite = Schemas["NewInvite"];

const TOLD_BY = ["people_changed"] as const;

export function peopleKey(tenantId: string) {
  return ["people", tenantId] as const;
}

export function peopleQuery(tenantId: string) {
  return queryOptions({
    queryKey: peopleKey(tenantId),
    queryFn: ({ signal }) =>
      everyPage<Person>((cursor) =>
        answer(
          api.GET("/api/tenants/{tenant_id}/people", {
            params: { path: { tenant_id: tenantId }, query: { limit: 200, cursor: cursor ?? null } },
            signal,
          }),
        ),
      ),
  });
}

/** Everybody of this tenant, kept true by its events. */
export function usePeople() {
  const { tenant_id } = useTenant();
  const key = useMemo(() => peopleKey(tenant_id), [tenant_id]);
  useInvalidateOn(TOLD_BY, key);
  return useQuery(peopleQuery(tenant_id));
}

export function useInvite() {
  const { tenant_id, refresh } = useRefresh();
  return useMutation({
    mutationFn: (body: Invite) =>
      answer(api.POST("/api/tenants/{tenant_id}/people/invites", { params: { path: { tenant_id } }, body })),
    onSuccess: refresh,
  });
}

export function useChangePerson() {
  const { tenant_id, refresh } = useRefresh();
  return useMutation({
    mutationFn: ({ user_id, ...body }: { user_id: string; role?: Role; disabled?: boolean }) =>
      answer(
        api.PATCH("/api/tenants/{tenant_id}/people/{user_id}", {
          params: { path: { tenant_id, user_id } },
          body,
        }),
      ),
    onSuccess: refresh,
  });
}

export function useRemovePerson() {
  const { tenant_id, refresh } = useRefresh();
  return useMutation({
    mutationFn: (user_id: string) =>
      answer(
        api.DELETE("/api/tenants/{tenant_id}/people/{user_id}", { params: { path: { tenant_id, user_id } } }),
      ),
    onSuccess: refresh,
  });
}

function useRefresh() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return { tenant_id, refresh: () => client.invalidateQueries({ queryKey: peopleKey(tenant_id) }) };
}
