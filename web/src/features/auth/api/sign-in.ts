import { useMutation } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { SignInAnswer } from "@/shared/session/session";

interface Credentials {
  email: string;
  password: string;
}

export function useSignIn() {
  return useMutation({
    mutationFn: (body: Credentials) => call<SignInAnswer>("POST", "/api/auth/sign-in", { body }),
  });
}
