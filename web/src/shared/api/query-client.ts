/** TanStack Query for everything that is not the inbox: what is tried again, and for how long an answer is fresh. */

import { QueryClient } from "@tanstack/react-query";
import { isProblem } from "./problem";

const MOST_RETRIES = 2;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The browser knows of its network, not of the server, which may stand beside it: what is asked fails by itself, and nothing waits unsaid.
      queries: {
        networkMode: "always",
        refetchOnReconnect: true,
        staleTime: 30_000,
        refetchOnWindowFocus: true,
        // A refusal stays a refusal; only what did not get through is asked again.
        retry: (count, error) =>
          count < MOST_RETRIES && isProblem(error) && (error.status === 0 || error.status >= 500),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
