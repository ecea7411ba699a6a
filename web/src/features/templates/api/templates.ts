/** A workspace's message templates: read, judged, created, edited and deleted at Meta. */

import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { usePages } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";

export type Template = Omit<Schemas["Template"], "components"> & { components: unknown };
export type Finding = Schemas["Finding"];
export type TemplateDraft = Schemas["TemplateDraft"];
export type Account = Schemas["TemplateAccount"];
export type Cover = Schemas["Cover"];

export interface Filters {
  q: string;
  status: string | null;
  category: string | null;
  language: string | null;
}

const PAGE = 100;
// As the composer's list is called, so that both are asked for anew together.
const root = (tenantId: string) => ["templates", tenantId] as const;
const path = (tenant_id: string) => ({ path: { tenant_id } });

export function useTemplatePages(filters: Filters) {
  const { tenant_id } = useTenant();
  const { q, ...exact } = filters;
  return usePages<Template>({
    key: [...root(tenant_id), "pages", filters],
    page: (cursor, signal) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/templates", {
          params: {
            path: { tenant_id },
            query: { limit: PAGE, cursor: cursor ?? null, q: q.trim() || null, ...exact },
          },
          signal,
        }),
      ),
  });
}

export function templateQuery(tenantId: string, templateId: string) {
  return queryOptions({
    queryKey: [...root(tenantId), "one", templateId],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/tenants/{tenant_id}/templates/{template_id}", {
          params: { path: { tenant_id: tenantId, template_id: templateId } },
          signal,
        }),
      ) as Promise<Template>,
  });
}

/** `enabled`: false while it is being deleted, so that nobody asks for what is gone. */
export function useTemplate(templateId: string, enabled = true) {
  const { tenant_id } = useTenant();
  return useQuery({ ...templateQuery(tenant_id, templateId), enabled });
}

export function useAccounts() {
  const { tenant_id } = useTenant();
  return useQuery({
    queryKey: [...root(tenant_id), "accounts"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/tenants/{tenant_id}/templates/accounts", { params: path(tenant_id), signal })),
  });
}

function judgementQuery(tenant_id: string, draft: TemplateDraft) {
  return queryOptions({
    queryKey: ["template-judgement", tenant_id, draft],
    staleTime: Number.POSITIVE_INFINITY, // the same draft is always judged alike
    gcTime: 60_000,
    queryFn: ({ signal }) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/templates/lint", {
          params: path(tenant_id),
          body: draft,
          signal,
        }),
      ),
  });
}

/** What Meta would say of a draft; the last judgement stands until the next one is here. */
export function useJudgement(draft: TemplateDraft) {
  const { tenant_id } = useTenant();
  return useQuery({ ...judgementQuery(tenant_id, draft), placeholderData: keepPreviousData });
}

/** Ask it at once: of what stands there now, however fast somebody presses. */
export function useJudge() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return (draft: TemplateDraft) => client.fetchQuery(judgementQuery(tenant_id, draft));
}

function useChange<Given, Got>(change: (tenantId: string, given: Given) => Promise<Got>) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => change(tenant_id, given),
    onSuccess: () => client.invalidateQueries({ queryKey: root(tenant_id) }),
  });
}

export const useSync = () =>
  useChange((tenant_id, _: undefined) =>
    answer(api.POST("/api/tenants/{tenant_id}/templates/sync", { params: path(tenant_id) })),
  );

export const useCreate = () =>
  useChange(
    (tenant_id, body: TemplateDraft) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/templates", { params: path(tenant_id), body }),
      ) as Promise<Template>,
  );

export const useEdit = () =>
  useChange(
    (tenant_id, { id, ...body }: Schemas["TemplateChange"] & { id: string }) =>
      answer(
        api.PATCH("/api/tenants/{tenant_id}/templates/{template_id}", {
          params: { path: { tenant_id, template_id: id } },
          body,
        }),
      ) as Promise<Template>,
  );

export const useUnpause = () =>
  useChange((tenant_id, template_id: string) =>
    answer(
      api.POST("/api/tenants/{tenant_id}/templates/{template_id}/unpause", {
        params: { path: { tenant_id, template_id } },
      }),
    ),
  );

export const useDelete = () =>
  useChange((tenant_id, { id, all }: { id: string; all: boolean }) =>
    answer(
      api.DELETE("/api/tenants/{tenant_id}/templates/{template_id}", {
        params: { path: { tenant_id, template_id: id }, query: { all_languages: all } },
      }),
    ),
  );

export const useSample = () =>
  useChange((tenant_id, body: Schemas["TemplateSample"]) =>
    answer(api.POST("/api/tenants/{tenant_id}/templates/media", { params: path(tenant_id), body })),
  );

export function useCover() {
  const { tenant_id } = useTenant();
  return useQuery({
    queryKey: [...root(tenant_id), "cover"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/tenants/{tenant_id}/templates/cover", { params: path(tenant_id), signal })),
  });
}

export const useSetCover = () =>
  useChange((tenant_id, body: Cover) =>
    answer(api.PUT("/api/tenants/{tenant_id}/templates/cover", { params: path(tenant_id), body })),
  );
