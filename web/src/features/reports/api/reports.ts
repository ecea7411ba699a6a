/** What messages came to. Today is counted as it is asked for, so a report of today is asked for again. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";

export type Summary = Schemas["Summary"];
export type Line = Schemas["Line"];
export type Figures = Schemas["Figures"];
export type Spread = Schemas["Spread"];
export type Money = Schemas["Money"];
export type Period = Schemas["Period"];
export type Failure = Schemas["Failure"];
export type CostLine = Schemas["CostLine"];

/** Days as the API names them; left out, they are the last thirty. */
export interface Asked {
  from?: string | undefined;
  to?: string | undefined;
  number?: string | undefined;
}
export type Kind = "agents" | "templates" | "campaigns";

const REPORTS = "reports";
const FRESH = 60_000;

export function summaryQuery(tenantId: string, asked: Asked) {
  return queryOptions({
    queryKey: [REPORTS, tenantId, "summary", asked],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/reports/summary", { params: params(tenantId, asked), signal }),
      ),
    staleTime: FRESH,
    placeholderData: keepPreviousData,
  });
}

export function seriesQuery(tenantId: string, asked: Asked) {
  return queryOptions({
    queryKey: [REPORTS, tenantId, "series", asked],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/tenants/{tenant_id}/reports/series", { params: params(tenantId, asked), signal })),
    staleTime: FRESH,
    placeholderData: keepPreviousData,
  });
}

export function tableQuery(tenantId: string, kind: Kind, asked: Asked) {
  return queryOptions({
    queryKey: [REPORTS, tenantId, kind, asked],
    queryFn: ({ signal }) =>
      answer(
        api.GET(`/api/tenants/{tenant_id}/reports/${kind}`, { params: params(tenantId, asked), signal }),
      ),
    staleTime: FRESH,
    placeholderData: keepPreviousData,
  });
}

export function costsQuery(tenantId: string, asked: Asked) {
  return queryOptions({
    queryKey: [REPORTS, tenantId, "costs", asked],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/tenants/{tenant_id}/reports/costs", { params: params(tenantId, asked), signal })),
    staleTime: FRESH,
    placeholderData: keepPreviousData,
  });
}

/** Where the same is as CSV: an address for a link, as the browser saves it by itself. */
export function csvOf(tenantId: string, report: Kind | "summary" | "series" | "costs", asked: Asked): string {
  const query = new URLSearchParams(
    Object.entries(asked).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
  return `/api/tenants/${tenantId}/reports/${report}.csv?${query}`;
}

/** The tenant's numbers, by which a report may be narrowed. */
export function numbersQuery(tenantId: string) {
  return queryOptions({
    queryKey: [REPORTS, tenantId, "numbers"],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/whatsapp/status", {
          params: { path: { tenant_id: tenantId } },
          signal,
        }),
      ),
    staleTime: 5 * FRESH,
  });
}

function params(tenantId: string, asked: Asked) {
  return { path: { tenant_id: tenantId }, query: asked };
}
