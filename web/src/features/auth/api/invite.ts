import { queryOptions, useMutation } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Role, SignInAnswer } from "@/shared/session/session";

export interface Invite {
  tenant_name: string;
  email: string;
  role: Role;
  inviter: string | null;
  /** There is no account yet, so a password has to be chosen; else that of the account is asked for. */
  needs_password: boolean;
}

export const inviteQuery = (token: string) =>
  queryOptions({
    queryKey: ["auth", "invite", token],
    queryFn: ({ signal }) =>
      call<Invite>("GET", `/api/auth/invites/${encodeURIComponent(token)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

interface Acceptance {
  token: string;
  name?: string;
  password?: string;
}

export function useAcceptInvite() {
  return useMutation({
    mutationFn: (body: Acceptance) => call<SignInAnswer>("POST", "/api/auth/invites/accept", { body }),
  });
}
