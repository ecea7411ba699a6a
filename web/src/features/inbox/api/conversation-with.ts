/** Whether there is a conversation with a number already, so that one does not begin another. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { type ContactDetail, contactsByPhone } from "./contacts";

export interface KnownConversation {
  name: string | null;
  conversationId: string;
}

export const conversationWithQuery = (tenantId: string, phone: string, connectionId: string | null) =>
  queryOptions({
    queryKey: ["conversation-with", tenantId, phone, connectionId],
    queryFn: async ({ signal }): Promise<KnownConversation | null> => {
      try {
        const [contact] = await contactsByPhone(tenantId, phone, signal);
        if (!contact) return null;
        const detail = await call<ContactDetail>("GET", `/api/tenants/${tenantId}/contacts/${contact.id}`, {
          signal,
        });
        const found = detail.conversations.find((one) => one.connection_id === connectionId);
        return found ? { name: contact.name, conversationId: found.id } : null;
      } catch (error) {
        if (isProblem(error, "invalid_request")) return null; // the number is not complete yet
        throw error;
      }
    },
  });
