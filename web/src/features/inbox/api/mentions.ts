/** `GET .../inbox/mentions`: the notes that call oneself, those not read yet first. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Annotation, Conversation, Page } from "@/shared/store/types";

export interface Mention {
  annotation: Annotation;
  conversation: Conversation;
  created_at: string;
  read_at: string | null;
}

const SHOWN = 20;

export const mentionsKey = (tenantId: string) => ["mentions", tenantId] as const;

export const mentionsQuery = (tenantId: string) =>
  queryOptions({
    queryKey: mentionsKey(tenantId),
    queryFn: async ({ signal }) => {
      const query = { limit: SHOWN };
      const page = await call<Page<Mention>>("GET", `/api/tenants/${tenantId}/inbox/mentions`, {
        query,
        signal,
      });
      return page.items;
    },
    staleTime: 60_000,
    refetchOnWindowFocus: "always", // the event log tells of new ones, not of those read in another tab
  });

export function readMentions(tenantId: string, conversationId?: string): Promise<{ unread: number }> {
  const body = conversationId === undefined ? {} : { conversation_id: conversationId };
  return call("POST", `/api/tenants/${tenantId}/inbox/mentions/read`, { body });
}
