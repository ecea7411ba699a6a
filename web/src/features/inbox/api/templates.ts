/** `GET .../templates`: what may be sent to somebody whose window is closed. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Page } from "@/shared/store/types";
import type { Template } from "../starting/template-model";

export const templatesQuery = (tenantId: string, connectionId: string | null) =>
  queryOptions({
    queryKey: ["templates", tenantId, connectionId, "approved"],
    queryFn: async ({ signal }) => {
      const page = await call<Page<Template>>("GET", `/api/tenants/${tenantId}/templates`, {
        query: { connection: connectionId ?? undefined, status: "APPROVED", limit: 200 },
        signal,
      });
      return page.items.filter((template) => template.components !== null);
    },
    staleTime: 60_000,
  });
