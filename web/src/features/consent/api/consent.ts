/** What people said about being written to: their ledgers, lists of them, and the tenant's rules. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, apiFetch, type Schemas } from "@/shared/api/client";
import { type Pages, usePages } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";
import { useInvalidateOn } from "@/shared/store/use-invalidate";

export type Ledger = Schemas["Ledger"];
export type Kept = Schemas["Kept"];
export type NewConsent = Schemas["NewConsent"];
export type Category = Schemas["About"];
export type Word = Schemas["Consent"];
export type Said = Schemas["Said"];
export type OptInNeeded = Schemas["OptInNeeded"];
export type ConsentRules = Schemas["ConsentRules"];
export type Imported = Schemas["Imported"];
export type Overview = Schemas["Overview"];

const TOLD_BY = ["consent_changed", "contact_merged", "contact_parted"];
const PAGE = 20;

const rulesKey = (tenantId: string) => ["consent-rules", tenantId] as const;
const importsKey = (tenantId: string) => ["consent-imports", tenantId] as const;

function rulesQuery(tenantId: string) {
  return queryOptions({
    queryKey: rulesKey(tenantId),
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/consent-rules", {
          params: { path: { tenant_id: tenantId } },
          signal,
        }),
      ),
  });
}

export function useRules() {
  return useQuery(rulesQuery(useTenant().tenant_id));
}

/** Changes the rules as they stand now, which may not be as they stood when the page was opened: a colleague's change stays. */
export function useChangeRules() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (change: (rules: ConsentRules) => ConsentRules) => {
      const now = await client.fetchQuery({ ...rulesQuery(tenant_id), staleTime: 0 });
      return answer(
        api.PUT("/api/tenants/{tenant_id}/consent-rules", {
          params: { path: { tenant_id } },
          body: change(now),
        }),
      );
    },
    onSuccess: (rules) => client.setQueryData(rulesKey(tenant_id), rules),
  });
}

export function useLedger(contactId: string) {
  const { tenant_id } = useTenant();
  const key = useMemo(() => ["consents", tenant_id, contactId] as const, [tenant_id, contactId]);
  useInvalidateOn(TOLD_BY, key);
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/contacts/{contact_id}/consents", {
          params: { path: { tenant_id, contact_id: contactId } },
          signal,
        }),
      ),
  });
}

export function useRecord(contactId: string) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewConsent) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/contacts/{contact_id}/consents", {
          params: { path: { tenant_id, contact_id: contactId } },
          body,
        }),
      ),
    onSuccess: (ledger) => client.setQueryData(["consents", tenant_id, contactId], ledger),
  });
}

export function useImports(): Pages<Imported> {
  const { tenant_id } = useTenant();
  return usePages<Imported>({
    key: importsKey(tenant_id),
    page: (cursor, signal) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/consents/imports", {
          params: { path: { tenant_id }, query: { limit: PAGE, cursor: cursor ?? null } },
          signal,
        }),
      ),
  });
}

const importPath = (tenantId: string) => `/api/tenants/${tenantId}/consents/import`;

async function post<Answer>(path: string, file: File): Promise<Answer> {
  const form = new FormData();
  form.append("file", file, file.name);
  const stored = await apiFetch(new Request(new URL(path, location.origin), { method: "POST", body: form }));
  return (await stored.json()) as Answer;
}

/** Reads a list without writing anybody down. */
export function useOverview() {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: (file: File) => post<Overview>(`${importPath(tenant_id)}/columns`, file),
  });
}

export interface Bringing {
  file: File;
  proof: string;
  category: Category;
  state: Word;
  country: string | null;
  phone: string | null;
  date: string | null;
}

export function useBring() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ file, ...told }: Bringing) => {
      const given = Object.entries({ ...told, filename: file.name.slice(-240) });
      const query = new URLSearchParams(given.filter((one): one is [string, string] => one[1] !== null));
      return post<Imported>(`${importPath(tenant_id)}?${query}`, file);
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["consents", tenant_id] });
      return client.invalidateQueries({ queryKey: importsKey(tenant_id) });
    },
  });
}

export const failedRowsPath = (tenantId: string, importId: string) =>
  `/api/tenants/${tenantId}/consents/imports/${importId}/failed-rows.csv`;

/** The rows of a list that failed, as the file has them. */
export function failedRowsQuery(tenantId: string, importId: string) {
  return queryOptions({
    queryKey: ["consent-failed-rows", tenantId, importId],
    queryFn: async ({ signal }) => {
      const url = new URL(failedRowsPath(tenantId, importId), location.origin);
      return (await apiFetch(new Request(url, { signal }))).text();
    },
    staleTime: Number.POSITIVE_INFINITY, // a list that was brought does not change
  });
}
