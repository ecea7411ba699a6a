import { queryOptions, useMutation } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import type { SignInAnswer } from "@/shared/session/session";

/** `needs_password`: there is no account yet, so a password has to be chosen; else that of the account is asked for. */
export type Invite = Schemas["InviteShown"];

export const inviteQuery = (token: string) =>
  queryOptions({
    queryKey: ["auth", "invite", token],
    queryFn: ({ signal }): Promise<Invite> =>
      answer(api.GET("/api/auth/invites/{token}", { params: { path: { token } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function useAcceptInvite() {
  return useMutation({
    mutationFn: (body: Schemas["Acceptance"]): Promise<SignInAnswer> =>
      answer(api.POST("/api/auth/invites/accept", { body })),
  });
}
