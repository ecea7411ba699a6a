/** `.../inbox/views`: filters that are kept under a name, one's own first and then those that everybody has. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { useTenant } from "@/shared/session/session-context";
import { useInvalidateOn } from "@/shared/store/use-invalidate";

export type SavedView = Schemas["SavedView"];
export type ViewFilter = Schemas["ViewFilter"];

/** What is deleted of a filter's names is told with them too. */
const TOLD_BY = ["saved_views_changed", "labels_changed", "teams_changed", "people_changed"] as const;

const keyOf = (tenantId: string) => ["saved-views", tenantId] as const;

export const savedViewsQuery = (tenant_id: string) =>
  queryOptions({
    queryKey: keyOf(tenant_id),
    queryFn: async () => {
      const path = { tenant_id };
      return (await answer(api.GET("/api/tenants/{tenant_id}/inbox/views", { params: { path } }))).items;
    },
    staleTime: 60_000,
    refetchOnWindowFocus: "always", // the event log does not tell of one's own that were changed in another tab
  });

/** To be used once: each use asks anew with each event. */
export function useSavedViews(): readonly SavedView[] | undefined {
  const { tenant_id } = useTenant();
  useInvalidateOn(
    TOLD_BY,
    useMemo(() => keyOf(tenant_id), [tenant_id]),
  );
  return useQuery(savedViewsQuery(tenant_id)).data;
}

function useDoing<Given>(act: (given: Given, tenantId: string) => Promise<unknown>) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => act(given, tenant_id),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(tenant_id) }),
  });
}

export function useSaveView() {
  return useDoing((body: Schemas["NewSavedView"], tenant_id) =>
    answer(api.POST("/api/tenants/{tenant_id}/inbox/views", { params: { path: { tenant_id } }, body })),
  );
}

export function useChangeView() {
  return useDoing(({ id, ...body }: Schemas["SavedViewChange"] & { id: string }, tenant_id) =>
    answer(
      api.PATCH("/api/tenants/{tenant_id}/inbox/views/{view_id}", {
        params: { path: { tenant_id, view_id: id } },
        body,
      }),
    ),
  );
}

export function useDeleteView() {
  return useDoing((view_id: string, tenant_id) =>
    answer(
      api.DELETE("/api/tenants/{tenant_id}/inbox/views/{view_id}", {
        params: { path: { tenant_id, view_id } },
      }),
    ),
  );
}
