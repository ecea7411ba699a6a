/** `GET .../inbox/search`: messages and contacts, page by page, without a date at which it ends. */

import { infiniteQueryOptions } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Conversation, Message, Page } from "@/shared/store/types";

export type Where = "all" | "messages" | "contacts";

export interface Found {
  kind: "message" | "contact";
  conversation: Conversation;
  message?: Message;
  snippet?: Snippet;
}

/** What was found, and where in it: from and to in characters. */
export interface Snippet {
  text: string;
  ranges: [number, number][];
}

const PAGE = 25;

export const searchQuery = (tenantId: string, words: string, where: Where) =>
  infiniteQueryOptions({
    queryKey: ["search", tenantId, where, words],
    queryFn: ({ pageParam, signal }) =>
      call<Page<Found>>("GET", `/api/tenants/${tenantId}/inbox/search`, {
        query: { q: words, in: where, cursor: pageParam ?? undefined, limit: PAGE },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 15_000,
  });
