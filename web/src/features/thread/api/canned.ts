/** `GET .../canned-replies`. */

import { useQuery } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Page } from "@/shared/store/types";
import type { CannedReply } from "../model/canned";

export function useCannedReplies(tenantId: string, enabled: boolean) {
  return useQuery({
    queryKey: ["canned-replies", tenantId],
    enabled,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const all: CannedReply[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page: Page<CannedReply> = await call("GET", `/api/tenants/${tenantId}/canned-replies`, {
          query: { limit: 200, cursor },
          signal,
        });
        all.push(...page.items);
        cursor = page.next_cursor;
      }
      return all;
    },
  });
}
