/** Automations: kept in their order, and tried before they act. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { everyPage } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";
import { useInvalidateOn } from "@/shared/store/use-invalidate";

export type Automation = Schemas["Automation"];
export type Draft = Schemas["Draft"];
export type Rule = Automation["rule"];
export type KeywordReply = Schemas["KeywordReply"];
export type Away = Schemas["Away"];
export type Welcome = Schemas["Welcome"];
export type Assign = Schemas["Assign"];
export type Prioritise = Schemas["Prioritise"];
export type Hours = Schemas["Hours"];
export type Kind = Rule["kind"];
export type Match = NonNullable<KeywordReply["match"]>;
export type RuleTrial = Schemas["RuleTrial"];
export type Deed = Schemas["Reply"] | Schemas["Give"] | Schemas["Press"] | Schemas["Nothing"];

const listKey = (tenantId: string) => ["automations", tenantId] as const;

function listQuery(tenantId: string) {
  return queryOptions({
    queryKey: listKey(tenantId),
    queryFn: ({ signal }) =>
      everyPage<Automation>((cursor) =>
        answer(
          api.GET("/api/tenants/{tenant_id}/automations", {
            params: { path: { tenant_id: tenantId }, query: { limit: 200, cursor: cursor ?? null } },
            signal,
          }),
        ),
      ),
  });
}

const TOLD_BY = ["automations_changed"] as const;

/** All of them, as colleagues change them. */
export function useAutomations() {
  const { tenant_id } = useTenant();
  const key = useMemo(() => listKey(tenant_id), [tenant_id]);
  useInvalidateOn(TOLD_BY, key);
  return useQuery(listQuery(tenant_id));
}

export type Saved = Draft & { id: string | null };

/** New ones, or in place of those with their ids, one after the other. */
async function keep(tenant_id: string, drafts: readonly Saved[]): Promise<void> {
  for (const { id, ...body } of drafts) {
    await (id
      ? answer(
          api.PUT("/api/tenants/{tenant_id}/automations/{automation_id}", {
            params: { path: { tenant_id, automation_id: id } },
            body,
          }),
        )
      : answer(api.POST("/api/tenants/{tenant_id}/automations", { params: { path: { tenant_id } }, body })));
  }
}

/**
 * Changes automations as they stand now, which may not be as they stood when the list was read: a colleague's change stays. `changed` tells
 * those that are to be kept anew; the answer is how many they were.
 */
export function useChangeAutomations<Change>(
  changed: (now: readonly Automation[], change: Change) => readonly Saved[],
) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (change: Change) => {
      const now = await client.fetchQuery({ ...listQuery(tenant_id), staleTime: 0 });
      const those = changed(now, change);
      await keep(
        tenant_id,
        those.map(({ id, rule, place, enabled }) => ({ id, rule, place, enabled })),
      );
      return those.length;
    },
    onSettled: () => client.invalidateQueries({ queryKey: listKey(tenant_id) }),
  });
}

export function useDeleteAutomation() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (automation_id: string) =>
      answer(
        api.DELETE("/api/tenants/{tenant_id}/automations/{automation_id}", {
          params: { path: { tenant_id, automation_id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: listKey(tenant_id) }),
  });
}

/** What a rule, as it is written now, would do about a message. */
export function useTryRule() {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: async (body: RuleTrial): Promise<Deed> =>
      (
        await answer(
          api.POST("/api/tenants/{tenant_id}/automations/dry-run", { params: { path: { tenant_id } }, body }),
        )
      ).deed,
  });
}
