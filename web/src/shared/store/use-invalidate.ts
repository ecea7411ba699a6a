/** Lets what was asked for by TanStack Query follow the tenant's events, as the inbox does. */

import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useStore } from "./hooks";

/** Milliseconds between two requests: a campaign is thousands of events. */
const APART = 3_000;

/**
 * Asks anew for what lies under `key` when one of these events comes: at once for the first, some seconds later for those that follow it.
 * `types` and `key` must be the same objects each time.
 */
export function useInvalidateOn(types: readonly string[], key: QueryKey): void {
  const store = useStore();
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let more = false;
    const ask = () => {
      more = false;
      void client.invalidateQueries({ queryKey: key });
      timer = setTimeout(() => {
        timer = null;
        if (more) ask();
      }, APART);
    };
    const stop = store.onEvent((event) => {
      if (!types.includes(event.type)) return;
      if (timer === null) ask();
      else more = true;
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
      // Whoever comes back is not shown what was true before.
      if (more) void client.invalidateQueries({ queryKey: key });
    };
  }, [store, client, types, key]);
}
