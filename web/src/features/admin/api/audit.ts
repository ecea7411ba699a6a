/** The audit logs: a workspace's own, and the platform's. */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { everyPage, type Pages, usePages } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import { useCannedReplies, useLabels, useTeams } from "./desk";
import { keysQuery } from "./keys";
import { usePeople } from "./people";

export type AuditRow = Schemas["AuditRow"];

/** What ids are called: of people, keys, numbers, teams, labels, canned replies. */
export type Names = ReadonlyMap<string, string>;

export interface AuditFilters {
  who: "people" | "system" | null;
  /** As in a row: `user:<id>`, `key:<id>`. */
  actor: string | null;
  /** A category of deeds; null: all. */
  about: string | null;
  /** Without the lines of messages and webhooks, of which there are very many. */
  quiet: boolean;
  since: string | null;
  until: string | null;
}

const PAGE = 50;

function queryOf({ who, actor, about, since, until }: AuditFilters, cursor: string | undefined) {
  return { who, actor, about, since, until, limit: PAGE, cursor: cursor ?? null };
}

export function useAudit(filters: AuditFilters): Pages<AuditRow> {
  const { tenant_id } = useTenant();
  return usePages<AuditRow>({
    key: ["audit", tenant_id, filters],
    page: (cursor, signal) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/audit", {
          params: {
            path: { tenant_id },
            query: {
              ...queryOf(filters, cursor),
              deeds: filters.quiet,
              without: filters.quiet && !filters.about ? "message" : null,
            },
          },
          signal,
        }),
      ),
  });
}

export function usePlatformAudit(filters: AuditFilters): Pages<AuditRow> {
  return usePages<AuditRow>({
    key: ["platform-audit", filters],
    page: (cursor, signal) =>
      answer(api.GET("/api/operator/audit", { params: { query: queryOf(filters, cursor) }, signal })),
  });
}

/** What the ids in a workspace's log are called. */
export function useNames(): Names {
  const { tenant_id, can } = useTenant();
  const people = usePeople().data;
  const teams = useTeams().data;
  const labels = useLabels().data;
  const canned = useCannedReplies().data;
  const keys = useQuery({ ...keysQuery(tenant_id), enabled: can("keys:read") }).data;
  const connections = useDirectory("connections");
  return useMemo(() => {
    const names = new Map<string, string>();
    for (const one of people ?? []) names.set(one.user_id, one.name || one.email);
    for (const one of teams ?? []) names.set(one.id, one.name);
    for (const one of labels ?? []) names.set(one.id, one.name);
    for (const one of canned ?? []) names.set(one.id, one.title);
    for (const one of keys ?? []) names.set(one.id, one.name || `…${one.last4}`);
    for (const one of connections.values()) names.set(one.id, one.name ?? one.phone ?? one.id);
    return names;
  }, [people, teams, labels, canned, keys, connections]);
}

type UserShown = Schemas["UserShown"];

/** What the ids in the platform's log are called. */
export function usePlatformNames(): Names {
  const { data } = useQuery({
    queryKey: ["operator-users", "all"],
    queryFn: () =>
      everyPage<UserShown>((cursor) =>
        answer(api.GET("/api/operator/users", { params: { query: { limit: 200, cursor: cursor ?? null } } })),
      ),
  });
  return useMemo(() => new Map((data ?? []).map((one) => [one.id, one.name || one.email])), [data]);
}
