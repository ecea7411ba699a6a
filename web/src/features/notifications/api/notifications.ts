/** Rules of what follows from events, what followed, and the trial of a rule. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { everyPage, usePages } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";
import { useInvalidateOn } from "@/shared/store/use-invalidate";

export type Rule = Schemas["Rule"];
export type KeptRule = Schemas["KeptRule"];
export type Followed = Schemas["Followed"];
export type FollowedState = Followed["state"];
export type Foreseen = Schemas["Foreseen"];
export type SentCondition = Schemas["Condition"];

const ROOT = "notifications";
/** A message that goes on, or one that was made: the history may tell more. */
const NEWS = [
  "message_queued",
  "message_accepted",
  "message_sent",
  "message_delivered",
  "message_read",
  "message_failed",
] as const;

const rulesKey = (tenantId: string) => [ROOT, tenantId, "rules"] as const;
const historyKey = (tenantId: string) => [ROOT, tenantId, "history"] as const;

export function useRules() {
  const { tenant_id } = useTenant();
  return useQuery({
    queryKey: rulesKey(tenant_id),
    queryFn: ({ signal }) =>
      everyPage<KeptRule>((cursor) =>
        answer(
          api.GET("/api/tenants/{tenant_id}/notifications/rules", {
            params: { path: { tenant_id }, query: { limit: 200, cursor: cursor ?? null } },
            signal,
          }),
        ),
      ),
  });
}

interface Written {
  /** Null: a new one. */
  id: string | null;
  rule: Rule;
  /** Somebody switched it here: otherwise it stays on or off as a colleague has it by now. */
  isSwitched: boolean;
}

/** Makes a rule, or puts it in place of the one with this id. */
export function useSaveRule() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, rule, isSwitched }: Written) => {
      if (id === null)
        return answer(
          api.POST("/api/tenants/{tenant_id}/notifications/rules", {
            params: { path: { tenant_id } },
            body: rule,
          }),
        );
      const params = { path: { tenant_id, rule_id: id } };
      const path = "/api/tenants/{tenant_id}/notifications/rules/{rule_id}";
      const enabled = isSwitched ? rule.enabled : (await answer(api.GET(path, { params }))).rule.enabled;
      return answer(api.PUT(path, { params, body: { ...rule, enabled } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: rulesKey(tenant_id) }),
  });
}

/** Switches a rule as it stands now, which may not be as it stood when the list was read: a colleague's change stays. */
export function useSwitchRule() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, enabled }: { id: string; enabled: boolean }) => {
      const params = { path: { tenant_id, rule_id: id } };
      const path = "/api/tenants/{tenant_id}/notifications/rules/{rule_id}";
      const now = await answer(api.GET(path, { params }));
      return answer(api.PUT(path, { params, body: { ...now.rule, enabled } }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: rulesKey(tenant_id) }),
  });
}

export function useDeleteRule() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (rule_id: string) =>
      answer(
        api.DELETE("/api/tenants/{tenant_id}/notifications/rules/{rule_id}", {
          params: { path: { tenant_id, rule_id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: rulesKey(tenant_id) }),
  });
}

/** What an event would come to by a rule, kept or not. */
export function useTryRule() {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: (body: Schemas["EventTrial"]) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/notifications/dry-run", { params: { path: { tenant_id } }, body }),
      ),
  });
}

export interface HistoryFilter {
  rule: string | null;
  state: FollowedState | null;
  eventId: string;
}

export function useHistory({ rule, state, eventId }: HistoryFilter) {
  const { tenant_id } = useTenant();
  const key = useMemo(() => historyKey(tenant_id), [tenant_id]);
  useInvalidateOn(NEWS, key);
  return usePages<Followed>({
    key: [...key, rule, state, eventId],
    page: (cursor, signal) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/notifications/history", {
          params: {
            path: { tenant_id },
            query: { rule, state, event_id: eventId || null, cursor: cursor ?? null, limit: 50 },
          },
          signal,
        }),
      ),
  });
}
