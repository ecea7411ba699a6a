/** The request for the session, and what its answer sets. */

import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "@/shared/api/client";
import { setCredentials } from "@/shared/api/credentials";
import { isProblem } from "@/shared/api/problem";
import type { Session } from "./session";

export const SESSION_KEY = ["session"] as const;

/** null: nobody is signed in. */
export const sessionQuery = queryOptions<Session | null>({
  queryKey: SESSION_KEY,
  queryFn: async ({ signal }) => {
    try {
      return adopt(await answer(api.GET("/api/auth/session", { signal })));
    } catch (error) {
      if (isProblem(error) && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** Takes the token against forgery from a session, before anything else is asked with it. */
export function adopt(session: Session): Session {
  setCredentials({ csrf: session.csrf_token });
  return session;
}
