/** Waiting until somebody is signed in again, as a session that ended may be followed by another. */

import type { QueryClient } from "@tanstack/react-query";
import { SESSION_KEY, sessionQuery } from "./session-query";

const LOOK_AGAIN = 5_000; // milliseconds, as another tab may have signed in

/** Resolves to true once somebody is signed in, and to false once `left` is aborted: nobody waits for it any more. */
export async function signedIn(queryClient: QueryClient, left: AbortSignal): Promise<boolean> {
  while (!left.aborted) {
    const session = await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 }).catch(() => null);
    if (session) return !left.aborted;
    await changeOf(queryClient, left);
  }
  return false;
}

/** Wait until the session is another one, or some seconds. */
function changeOf(queryClient: QueryClient, left: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      left.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, LOOK_AGAIN);
    const stop = queryClient.getQueryCache().subscribe(({ query, type }) => {
      if (type === "updated" && query.queryKey[0] === SESSION_KEY[0] && query.state.data) done();
    });
    if (left.aborted) done();
    else left.addEventListener("abort", done);
  });
}
