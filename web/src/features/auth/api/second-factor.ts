import { useMutation } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { SecondFactorMethod, Session } from "@/shared/session/session";

export interface Proof {
  challenge: string;
  method: SecondFactorMethod;
  /** For totp and recovery. */
  code?: string;
  /** For a passkey: what the browser's authenticator answered. */
  credential?: unknown;
}

export function useSecondFactor() {
  return useMutation({
    mutationFn: (body: Proof) => call<Session>("POST", "/api/auth/sign-in/second-factor", { body }),
  });
}
