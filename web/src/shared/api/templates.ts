/** `GET .../templates`: what can be sent where the window is closed; and Meta's own list, read when somebody asks. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";

export type Template = Omit<Schemas["Template"], "components"> & { components: unknown };
export type Synced = Schemas["Synced"];

const PAGE = 200;
const MOST_PAGES = 40;

/** All templates of a number, or of the tenant (null): some hundreds at most, and seldom new ones. */
export function templatesQuery(tenantId: string, connectionId: string | null) {
  return queryOptions({
    queryKey: ["templates", tenantId, connectionId],
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) => {
      const all: Template[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { items, next_cursor } = await answer(
          api.GET("/api/tenants/{tenant_id}/templates", {
            params: {
              path: { tenant_id: tenantId },
              query: { connection: connectionId, limit: PAGE, cursor },
            },
            signal,
          }),
        );
        all.push(...items);
        if (!next_cursor) break;
        cursor = next_cursor;
      }
      return all;
    },
  });
}

export function useTemplates(tenantId: string, connectionId: string | null, enabled = true) {
  return useQuery({ ...templatesQuery(tenantId, connectionId), enabled });
}

export function useSyncTemplates(tenantId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/tenants/{tenant_id}/templates/sync", { params: { path: { tenant_id: tenantId } } }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["templates", tenantId] }),
  });
}

/** Those that can be sent: approved, and known in whole; by their names. */
export function approved(templates: readonly Template[]): Template[] {
  return templates
    .filter((one) => one.status === "APPROVED" && one.components)
    .sort((one, other) => one.name.localeCompare(other.name) || one.language.localeCompare(other.language));
}
