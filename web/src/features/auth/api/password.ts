import { useMutation } from "@tanstack/react-query";
import { api, type Schemas } from "@/shared/api/client";

/** Always succeeds: whether the address has an account is told to nobody. */
export function useAskForReset() {
  return useMutation({
    mutationFn: (email: string) => api.POST("/api/auth/password-resets", { body: { email } }),
  });
}

export function useCompleteReset() {
  return useMutation({
    mutationFn: (body: Schemas["ResetDone"]) => api.POST("/api/auth/password-resets/complete", { body }),
  });
}
