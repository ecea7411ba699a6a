/** What the team sets up for its inbox: teams, labels, canned replies. Each is a short list that is asked for whole. */

import { type UseMutationResult, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { everyPage, type Page } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";
import { useInvalidateOn } from "@/shared/store/use-invalidate";

export type Team = Schemas["Team"];
export type Label = Schemas["Label"];
export type CannedReply = Schemas["CannedReply"];

type Kind = "teams" | "labels" | "canned";

const TOLD_BY: Record<Kind, readonly string[]> = {
  teams: ["teams_changed", "people_changed"],
  labels: ["labels_changed"],
  canned: ["canned_replies_changed"],
};

function useWhole<Item>(kind: Kind, page: (cursor: string | undefined) => Promise<Page<Item>>) {
  const { tenant_id } = useTenant();
  const key = useMemo(() => ["desk", kind, tenant_id] as const, [kind, tenant_id]);
  useInvalidateOn(TOLD_BY[kind], key);
  return useQuery({ queryKey: key, queryFn: () => everyPage(page) });
}

function useDoing<Given, Made>(
  kind: Kind,
  act: (given: Given, tenantId: string) => Promise<Made>,
): UseMutationResult<Made, Error, Given> {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => act(given, tenant_id),
    onSuccess: () => client.invalidateQueries({ queryKey: ["desk", kind, tenant_id] }),
  });
}

const at = (tenant_id: string, cursor: string | undefined) => ({
  path: { tenant_id },
  query: { limit: 200, cursor: cursor ?? null },
});

export function useTeams() {
  const { tenant_id } = useTenant();
  return useWhole<Team>("teams", (cursor) =>
    answer(api.GET("/api/tenants/{tenant_id}/teams", { params: at(tenant_id, cursor) })),
  );
}

export type TeamGiven = Schemas["NewTeam"] & { id?: string };

/** Makes a team, or changes the one with this id. */
export function useSaveTeam() {
  return useDoing("teams", ({ id, ...body }: TeamGiven, tenant_id) =>
    id
      ? answer(
          api.PATCH("/api/tenants/{tenant_id}/teams/{team_id}", {
            params: { path: { tenant_id, team_id: id } },
            body,
          }),
        )
      : answer(api.POST("/api/tenants/{tenant_id}/teams", { params: { path: { tenant_id } }, body })),
  );
}

export function useDeleteTeam() {
  return useDoing("teams", (team_id: string, tenant_id) =>
    answer(
      api.DELETE("/api/tenants/{tenant_id}/teams/{team_id}", { params: { path: { tenant_id, team_id } } }),
    ),
  );
}

export function useLabels() {
  const { tenant_id } = useTenant();
  return useWhole<Label>("labels", (cursor) =>
    answer(api.GET("/api/tenants/{tenant_id}/labels", { params: at(tenant_id, cursor) })),
  );
}

export type LabelGiven = Schemas["NewLabel"] & { id?: string };

export function useSaveLabel() {
  return useDoing("labels", ({ id, ...body }: LabelGiven, tenant_id) =>
    id
      ? answer(
          api.PATCH("/api/tenants/{tenant_id}/labels/{label_id}", {
            params: { path: { tenant_id, label_id: id } },
            body,
          }),
        )
      : answer(api.POST("/api/tenants/{tenant_id}/labels", { params: { path: { tenant_id } }, body })),
  );
}

export function useDeleteLabel() {
  return useDoing("labels", (label_id: string, tenant_id) =>
    answer(
      api.DELETE("/api/tenants/{tenant_id}/labels/{label_id}", { params: { path: { tenant_id, label_id } } }),
    ),
  );
}

export function useCannedReplies() {
  const { tenant_id } = useTenant();
  return useWhole<CannedReply>("canned", (cursor) =>
    answer(api.GET("/api/tenants/{tenant_id}/canned-replies", { params: at(tenant_id, cursor) })),
  );
}

export type CannedGiven = Schemas["NewCannedReply"] & { id?: string };

export function useSaveCanned() {
  return useDoing("canned", ({ id, ...body }: CannedGiven, tenant_id) =>
    id
      ? answer(
          api.PATCH("/api/tenants/{tenant_id}/canned-replies/{canned_reply_id}", {
            params: { path: { tenant_id, canned_reply_id: id } },
            body,
          }),
        )
      : answer(
          api.POST("/api/tenants/{tenant_id}/canned-replies", { params: { path: { tenant_id } }, body }),
        ),
  );
}

export function useDeleteCanned() {
  return useDoing("canned", (canned_reply_id: string, tenant_id) =>
    answer(
      api.DELETE("/api/tenants/{tenant_id}/canned-replies/{canned_reply_id}", {
        params: { path: { tenant_id, canned_reply_id } },
      }),
    ),
  );
}
