import { useMutation } from "@tanstack/react-query";
import { call } from "@/shared/api/client";

/** Always succeeds: whether the address has an account is told to nobody. */
export function useAskForReset() {
  return useMutation({
    mutationFn: (email: string) => call<void>("POST", "/api/auth/password-resets", { body: { email } }),
  });
}

export function useCompleteReset() {
  return useMutation({
    mutationFn: (body: { token: string; password: string }) =>
      call<void>("POST", "/api/auth/password-resets/complete", { body }),
  });
}
