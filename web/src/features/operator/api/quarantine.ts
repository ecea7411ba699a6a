/** Webhooks that no workspace has, and replays. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { type Pages, usePages } from "@/shared/api/pages";
import { merged, NOTHING, type Progress } from "../quarantine/progress";

export type AsideRow = Schemas["AsideRow"];
export type Unrouted = Schemas["Unrouted"];
export type ReplayRequest = Omit<Schemas["ReplayRequest"], "cursor">;

const KEY = ["operator", "quarantine"] as const;
const PAGE = 50;

export type Kind = "unrouted" | "foreign" | "poison";

export function useUnrouted(): Pages<Unrouted> {
  return usePages<Unrouted>({
    key: [...KEY, "numbers"],
    page: (cursor, signal) =>
      answer(
        api.GET("/api/operator/unrouted", {
          params: { query: { limit: PAGE, cursor: cursor ?? null } },
          signal,
        }),
      ),
  });
}

export function useAside(kind: Kind | null): Pages<AsideRow> {
  return usePages<AsideRow>({
    key: [...KEY, "items", kind],
    page: (cursor, signal) =>
      answer(
        api.GET("/api/operator/quarantine", {
          params: { query: { limit: PAGE, kind, cursor: cursor ?? null } },
          signal,
        }),
      ),
  });
}

/** What is in an item. That somebody looked goes on record, so it is asked for when they do, and not before. */
export function itemQuery(id: string) {
  return queryOptions({
    queryKey: [...KEY, "item", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/operator/quarantine/{item_id}", { params: { path: { item_id: id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
}

/** Applies webhooks again, step after step until all is done; `progress` tells how far it is. */
export function useReplay() {
  const client = useQueryClient();
  const [progress, setProgress] = useState<Progress>(NOTHING);
  const replay = useMutation({
    mutationFn: async (wanted: ReplayRequest) => {
      let done = NOTHING;
      let cursor: string | null = null;
      setProgress(done);
      do {
        const step: Schemas["ReplayAnswer"] = await answer(
          api.POST("/api/operator/replay", { body: { ...wanted, cursor } }),
        );
        done = merged(done, step);
        cursor = step.next_cursor;
        setProgress(done);
      } while (cursor !== null);
      return done;
    },
    onSettled: () => client.invalidateQueries({ queryKey: [...KEY] }),
  });
  return { replay, progress };
}
