/** Where one is signed in. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";

export type OwnSession = Schemas["OwnSession"];

const SESSIONS_KEY = ["auth", "sessions"] as const;

const sessionsQuery = queryOptions({
  queryKey: SESSIONS_KEY,
  queryFn: ({ signal }) => answer(api.GET("/api/auth/sessions", { signal })),
});

export function useSessions() {
  return useQuery(sessionsQuery);
}

/** Ends one session, or without one every other. */
export function useEndSession(proved: <T>(act: () => Promise<T>) => Promise<T>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (session: OwnSession | undefined) => proved(() => end(session?.id)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: SESSIONS_KEY }),
  });
}

async function end(session_id: string | undefined): Promise<void> {
  if (session_id === undefined) await api.DELETE("/api/auth/sessions");
  else await api.DELETE("/api/auth/sessions/{session_id}", { params: { path: { session_id } } });
}
