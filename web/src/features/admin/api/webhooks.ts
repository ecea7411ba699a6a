/** Outgoing webhooks: what of this workspace's events is told to its own servers. A secret is in one answer, once, and is kept nowhere. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { answer, api, type Schemas } from "@/shared/api/client";
import { everyPage, type Pages, usePages } from "@/shared/api/pages";
import { useTenant } from "@/shared/session/session-context";

export type Webhook = Schemas["OutgoingWebhook"];
export type NewWebhook = Schemas["NewOutgoingWebhook"];
export type WebhookChange = Partial<Schemas["OutgoingWebhookChange"]>;
export type Delivery = Schemas["Delivery"];
export type DeliveryState = Schemas["DeliveryState"];
export type DeliveryReason = Schemas["DeliveryReason"];
export type EventType = Schemas["EventType"];

const PATH = "/api/tenants/{tenant_id}/outgoing-webhooks";
const ONE = `${PATH}/{webhook_id}` as const;
/** Milliseconds: deliveries come and go without an event that would tell of them. */
const EVERY = 3_000;
const EVERY_WHILE_TESTING = 1_000;
const PAGE = 50;

const rootKey = (tenantId: string) => ["outgoing-webhooks", tenantId] as const;

function webhooksQuery(tenantId: string) {
  return queryOptions({
    queryKey: [...rootKey(tenantId), "list"],
    queryFn: ({ signal }) =>
      everyPage<Webhook>((cursor) =>
        answer(
          api.GET(PATH, {
            params: { path: { tenant_id: tenantId }, query: { limit: 200, cursor: cursor ?? null } },
            signal,
          }),
        ),
      ),
    refetchInterval: EVERY,
  });
}

export function useWebhooks() {
  return useQuery(webhooksQuery(useTenant().tenant_id));
}

/** A change that is in every list of this workspace's webhooks from then on. */
function useChange<Given, Answer>(change: (tenantId: string, given: Given) => Promise<Answer>) {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (given: Given) => change(tenant_id, given),
    onSettled: () => client.invalidateQueries({ queryKey: rootKey(tenant_id) }),
    gcTime: 0, // the answer may hold a secret
  });
}

export const useCreateWebhook = () =>
  useChange((tenant_id, body: NewWebhook) =>
    answer(api.POST(PATH, { params: { path: { tenant_id } }, body })),
  );

export const useChangeWebhook = () =>
  useChange((tenant_id, { id, ...body }: WebhookChange & { id: string }) =>
    answer(
      api.PATCH(ONE, { params: { path: { tenant_id, webhook_id: id } }, body: { from_now: false, ...body } }),
    ),
  );

/** Nobody asks any more for what became of one that is no more. */
export function useDeleteWebhook() {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (webhook_id: string) =>
      answer(api.DELETE(ONE, { params: { path: { tenant_id, webhook_id } } })),
    onSuccess: (_, webhook_id) =>
      client.setQueryData(webhooksQuery(tenant_id).queryKey, (all) =>
        all?.filter(({ id }) => id !== webhook_id),
      ),
  });
}

export const useChangeSecret = () =>
  useChange((tenant_id, webhook_id: string) =>
    answer(api.POST(`${ONE}/secret`, { params: { path: { tenant_id, webhook_id } } })),
  );

export const useSendTest = () =>
  useChange((tenant_id, webhook_id: string) =>
    answer(api.POST(`${ONE}/test`, { params: { path: { tenant_id, webhook_id } } })),
  );

export const useReplay = () =>
  useChange((tenant_id, { id, delivery }: { id: string; delivery: string }) =>
    answer(
      api.POST(`${ONE}/deliveries/{delivery_id}/replay`, {
        params: { path: { tenant_id, webhook_id: id, delivery_id: delivery } },
      }),
    ),
  );

export const useReplayFailed = () =>
  useChange((tenant_id, webhook_id: string) =>
    answer(api.POST(`${ONE}/replay-failed`, { params: { path: { tenant_id, webhook_id } } })),
  );

function deliveriesOf(tenant_id: string, webhook_id: string) {
  return (
    query: { state: DeliveryState | null; cursor: string | null; limit: number },
    signal: AbortSignal,
  ) => answer(api.GET(`${ONE}/deliveries`, { params: { path: { tenant_id, webhook_id }, query }, signal }));
}

export function useDeliveries(webhookId: string, state: DeliveryState | null): Pages<Delivery> {
  const { tenant_id } = useTenant();
  const page = deliveriesOf(tenant_id, webhookId);
  return usePages<Delivery>({
    key: [...rootKey(tenant_id), webhookId, "deliveries", state],
    page: (cursor, signal) => page({ state, cursor: cursor ?? null, limit: PAGE }, signal),
    every: EVERY,
  });
}

/** A test that was sent, as it stands: asked for until it was tried once. It is among the newest, as it has just been made. */
export function useTest(webhookId: string, test: Delivery): Delivery {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  const page = deliveriesOf(tenant_id, webhookId);
  const { data } = useQuery({
    queryKey: [...rootKey(tenant_id), webhookId, "test", test.id],
    queryFn: async ({ signal }) => {
      const { items } = await page({ state: null, cursor: null, limit: PAGE }, signal);
      return items.find(({ id }) => id === test.id) ?? test;
    },
    refetchInterval: ({ state: { data = test } }) => {
      if (data.state !== "waiting") return false;
      return data.attempts > 0 ? EVERY : EVERY_WHILE_TESTING;
    },
  });
  const now = data ?? test;
  const { state, attempts } = now;
  // What came of it is in the lists beside it, too.
  useEffect(() => {
    if (state === "waiting" && attempts === 0) return;
    void client.invalidateQueries({ queryKey: [...rootKey(tenant_id), webhookId, "deliveries"] });
    void client.invalidateQueries({ queryKey: webhooksQuery(tenant_id).queryKey });
  }, [client, tenant_id, webhookId, state, attempts]);
  return now;
}
