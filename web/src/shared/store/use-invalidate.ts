/** Lets what was asked for by TanStack Query follow the tenant's events, as the inbox does. */

import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useStore } from "./hooks";

/** Asks anew for what lies under `key` whenever one of these events comes. `key` must be the same object each time. */
export function useInvalidateOn(types: readonly string[], key: QueryKey): void {
  const store = useStore();
  const client = useQueryClient();
  useEffect(
    () =>
      store.onEvent((event) => {
        if (types.includes(event.type)) void client.invalidateQueries({ queryKey: key });
      }),
    [store, client, types, key],
  );
}
