/** Automations: kept in their order, and tried before they act. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { everyPage } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";

export type Automation = Schemas["Automation"];
export type Draft = Schemas["Draft"];
export type Rule = Automation["rule"];
export type KeywordReply = Schemas["KeywordReply"];
export type Away = Schemas["Away"];
export type Welcome = Schemas["Welcome"];
export type Assign = Schemas["Assign"];
export type Hours = Schemas["Hours"];
export type Kind = Rule["kind"];
export type Match = NonNullable<KeywordReply["match"]>;
export type RuleTrial = Schemas["RuleTrial"];
export type Deed = Schemas["automations_rules_Reply"] | Schemas["Give"] | Schemas["Nothing"];

const listKey = (tenantId: string) => ["automations", tenantId] as const;

export function useAutomations() {
  const { tenant_id } = useTenant();
  return useQuery({
    queryKey: listKey(tenant_id),
    queryFn: ({ signal }) =>
      everyPage<Automation>((cursor) =>
        answer(
          api.GET("/api/tenants/{tenant_id}/automations", {
            params: { path: { tenant_id }, query: { limit: 200, cursor: cursor ?? null } },
            signal,
          }),
        ),
      ),
  });
}

export type Saved = Draft & { id: string | null };

/** Keeps some, new ones or in place of those with their ids, one after the other. */
export function useSaveAutomations() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (drafts: readonly Saved[]) => {
      for (const { id, ...body } of drafts) {
        await (id
          ? answer(
              api.PUT("/api/tenants/{tenant_id}/automations/{automation_id}", {
                params: { path: { tenant_id, automation_id: id } },
                body,
              }),
            )
          : answer(
              api.POST("/api/tenants/{tenant_id}/automations", { params: { path: { tenant_id } }, body }),
            ));
      }
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
