/** The numbers of a tenant. */

import { queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";

export type Connection = Schemas["ShownConnection"];
export type Fact = Schemas["ShownFact"];
export type FoundNumber = Schemas["FoundNumber"];
export type Check = Schemas["ShownCheck"];
export type TrialResult = Schemas["TrialResult"];
export type Started = Schemas["Started"];

export const CONNECTIONS = "connections-page";

export function statusQuery(tenantId: string) {
  return queryOptions({
    queryKey: [CONNECTIONS, tenantId],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/tenants/{tenant_id}/whatsapp/status", { params: at(tenantId), signal })),
    refetchInterval: 60_000, // "last webhook" moves without an event
  });
}

/** How a number can be connected here: where webhooks go, and whether Meta's own sign-up is set up. */
export function startQuery(tenantId: string, redirectUri: string) {
  return queryOptions({
    queryKey: [CONNECTIONS, tenantId, "start", redirectUri],
    queryFn: () =>
      answer(
        api.POST("/api/tenants/{tenant_id}/whatsapp/connect/start", {
          params: at(tenantId),
          body: { redirect_uri: redirectUri, coexistence: false },
        }),
      ),
    staleTime: 5 * 60_000, // what was signed for the sign-up does not last
  });
}

export function at(tenantId: string) {
  return { path: { tenant_id: tenantId } };
}
