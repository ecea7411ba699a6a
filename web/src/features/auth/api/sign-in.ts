import { useMutation } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { SignInAnswer } from "@/shared/session/session";

export function useSignIn() {
  return useMutation({
    mutationFn: (body: Schemas["Credentials"]): Promise<SignInAnswer> =>
      answer(api.POST("/api/auth/sign-in", { body })),
  });
}
