/** What can be done with a number. An access token goes out in a body and is kept nowhere. */

import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { useTenant } from "@/shared/session/session-context";
import { at, CONNECTIONS, type Connection, type Started, type TrialResult } from "./status";

export interface Credentials {
  waba_id: string;
  phone_number_id: string;
  access_token: string;
}

export type Completion = Schemas["Completion"];

/** Tests a token with its ids before anything is stored, or a connection that is there. */
export function useTest(): UseMutationResult<TrialResult, Error, Credentials | { connection_id: string }> {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: (body) =>
      answer(api.POST("/api/tenants/{tenant_id}/whatsapp/test-connection", { params: at(tenant_id), body })),
  });
}

/** Begins Meta's sign-up of a number that stays on the WhatsApp Business app. */
export function useStartBesideApp(): UseMutationResult<Started, Error, string> {
  const { tenant_id } = useTenant();
  return useMutation({
    mutationFn: (redirect_uri) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/whatsapp/connect/start", {
          params: at(tenant_id),
          body: { redirect_uri, coexistence: true },
        }),
      ),
  });
}

export function useConnect(): UseMutationResult<Connection, Error, Completion> {
  const { tenant_id } = useTenant();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body) =>
      answer(api.POST("/api/tenants/{tenant_id}/whatsapp/connect/complete", { params: at(tenant_id), body })),
    onSuccess: refresh,
  });
}

export function useDisconnect() {
  const { tenant_id } = useTenant();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (connection_id: string) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/whatsapp/disconnect", {
          params: at(tenant_id),
          body: { connection_id },
        }),
      ),
    onSuccess: refresh,
  });
}

export function useResume() {
  const { tenant_id } = useTenant();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (connection_id: string) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/whatsapp/resume", {
          params: at(tenant_id),
          body: { connection_id },
        }),
      ),
    onSuccess: refresh,
  });
}

export interface Registration {
  connection_id: string;
  /** Null: the one that is kept, else a new one. */
  pin: string | null;
}

/** Lets a number send that is not registered with Meta yet. */
export function useRegister(): UseMutationResult<Connection, Error, Registration> {
  const { tenant_id } = useTenant();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ connection_id, pin }) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/whatsapp/connections/{connection_id}/register", {
          params: { path: { tenant_id, connection_id } },
          body: { pin },
        }),
      ),
    onSuccess: refresh,
  });
}

/** Says which country a number is for; null: that of its own digits. */
export function useServeCountry() {
  const { tenant_id } = useTenant();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ connection_id, country_id }: { connection_id: string; country_id: string | null }) =>
      answer(
        api.PATCH("/api/tenants/{tenant_id}/whatsapp/connections/{connection_id}", {
          params: { path: { tenant_id, connection_id } },
          body: { country_id },
        }),
      ),
    onSuccess: refresh,
  });
}

/** Shows the PIN that is kept of a number; it is in no cache. */
export function useRevealPin() {
  const { tenant_id } = useTenant();
  return useMutation({
    gcTime: 0,
    mutationFn: (connection_id: string) =>
      answer(
        api.POST("/api/tenants/{tenant_id}/whatsapp/connections/{connection_id}/reveal-pin", {
          params: { path: { tenant_id, connection_id } },
        }),
      ),
  });
}

function useRefresh(): () => Promise<void> {
  const { tenant_id } = useTenant();
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: [CONNECTIONS, tenant_id], exact: true });
}
