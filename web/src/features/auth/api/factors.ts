/** One's own second factors. */

import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { SESSION_KEY } from "@/shared/session/session-query";
import { createPasskey } from "../passkey";

export type Passkey = Schemas["Passkey"];

const FACTORS_KEY = ["auth", "factors"] as const;

const factorsQuery = queryOptions({
  queryKey: FACTORS_KEY,
  queryFn: ({ signal }) => answer(api.GET("/api/auth/factors", { signal })),
});

export function useFactors() {
  return useQuery(factorsQuery);
}

/** A deed upon them: what is shown of them, and of the session, is asked anew. */
export function useFactorDeed<Given, Told>(deed: (given: Given) => Promise<Told>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: deed,
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: FACTORS_KEY }),
        queryClient.invalidateQueries({ queryKey: SESSION_KEY }),
      ]),
  });
}

export const beginTotp = () => answer(api.POST("/api/auth/totp"));
export const confirmTotp = (code: string) => answer(api.POST("/api/auth/totp/confirm", { body: { code } }));
export const dropTotp = () => api.DELETE("/api/auth/totp");
export const newRecoveryCodes = () => answer(api.POST("/api/auth/recovery-codes"));
export const dropPasskey = (passkey_id: string) =>
  api.DELETE("/api/auth/passkeys/{passkey_id}", { params: { path: { passkey_id } } });

/** Asks the device for a new passkey and keeps it under `name`. */
export async function addPasskey(name: string) {
  const { challenge, options } = await answer(api.POST("/api/auth/passkeys/options"));
  const credential = await createPasskey(options);
  return answer(api.POST("/api/auth/passkeys", { body: { challenge, credential, name } }));
}
