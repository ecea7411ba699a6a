/** `GET .../inbox/search`, among people alone: to whom a message may be forwarded. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Conversation, Page } from "@/shared/store/types";

const MOST = 25;

export const peopleQuery = (tenantId: string, words: string) =>
  queryOptions({
    queryKey: ["people-to-forward-to", tenantId, words],
    enabled: words !== "",
    queryFn: async ({ signal }) => {
      const page = await call<Page<{ conversation: Conversation }>>(
        "GET",
        `/api/tenants/${tenantId}/inbox/search`,
        {
          query: { q: words, in: "contacts", limit: MOST },
          signal,
        },
      );
      return page.items.map(({ conversation }) => conversation);
    },
    staleTime: 15_000,
  });
