import { useMutation } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { SignInAnswer } from "@/shared/session/session";

export type Proof = Schemas["ByApp"] | Schemas["ByRecoveryCode"] | Schemas["ByPasskey"];

export function useSecondFactor() {
  return useMutation({
    mutationFn: (body: Proof): Promise<SignInAnswer> =>
      answer(api.POST("/api/auth/sign-in/second-factor", { body })),
  });
}
