/** What would become, and what became of a campaign: looked over before, read afterwards. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Page } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";
import { type Campaign, keys, type Progress, useKeepCampaign } from "./campaigns";

export interface Stop {
  reason: string;
  detail: string;
}

export interface Cost {
  country: string | null;
  category: string;
  messages: number;
  each: string;
  amount: string;
}

export interface Estimate {
  currency: string;
  amount: string;
  unpriced: number;
  as_of: string;
  checked: string;
  source: string;
  by_country: Cost[];
}

export interface DryRun {
  rows: number;
  invalid: number;
  duplicate: number;
  recipients: number;
  eligible: number;
  refused: number;
  refused_by: Record<string, number>;
  outside_window: number;
  over_limit: number;
  limit: { tier: string | null; people: number | null; room: number | null };
  stops: Stop[];
  category: string | null;
  cost: Estimate;
  seconds: number;
  state: Campaign["state"];
}

export const OUTCOMES = [
  "waiting",
  "put_off",
  "queued",
  "sending",
  "accepted",
  "sent",
  "delivered",
  "read",
  "failed",
  "unknown",
  "skipped",
  "cancelled",
  "forgotten",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Recipient {
  n: number;
  line: number;
  phone: string;
  country: string | null;
  name: string | null;
  variables: Record<string, string>;
  outcome: Outcome;
  reason: string | null;
  detail: string | null;
  error_code: number | null;
  contact_id: string | null;
  conversation_id: string | null;
  message_id: string | null;
  queued_at: string | null;
  accepted_at: string | null;
  sent_at: string | null;
  delivered_at: string | null;
  read_at: string | null;
  failed_at: string | null;
  replied_at: string | null;
  clicked_at: string | null;
  clicked: string | null;
  cost: string | null;
  currency: string;
}

export interface Report {
  progress: Progress;
  replied: number;
  clicks: { button: string; count: number }[];
  failures: { kind: string; code: number | null; error: string | null; count: number }[];
  free: number;
  cost: Estimate;
}

const path = (tenantId: string, id: string) => `/api/tenants/${tenantId}/campaigns/${id}`;

export const exportPath = (tenantId: string, id: string, outcome: Outcome | null) =>
  `${path(tenantId, id)}/export.csv${outcome ? `?state=${outcome}` : ""}`;

export function useDryRun(id: string) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call<DryRun>("POST", `${path(tenant_id, id)}/dry-run`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.one(tenant_id, id) });
      void client.invalidateQueries({ queryKey: keys.list(tenant_id) });
    },
  });
}

export function useTestSend(id: string) {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: (body: { to: string[]; variables: Record<string, string> }) =>
      call<{ message_ids: string[] }>("POST", `${path(tenant_id, id)}/test`, { body }),
  });
}

export function useRetry(id: string) {
  const { tenant_id } = useTenant();
  const keep = useKeepCampaign();
  return useMutation({
    mutationFn: () => call<Campaign>("POST", `${path(tenant_id, id)}/retry`),
    onSuccess: keep,
  });
}

export function reportQuery(tenantId: string, id: string) {
  return queryOptions({
    queryKey: keys.report(tenantId, id),
    queryFn: ({ signal }) => call<Report>("GET", `${path(tenantId, id)}/report`, { signal }),
  });
}

export function recipientsPage(
  tenantId: string,
  id: string,
  { outcome, cursor, limit = 100 }: { outcome: Outcome | null; cursor: string | undefined; limit?: number },
  signal: AbortSignal,
) {
  return call<Page<Recipient>>("GET", `${path(tenantId, id)}/recipients`, {
    query: { state: outcome ?? undefined, cursor, limit },
    signal,
  });
}
