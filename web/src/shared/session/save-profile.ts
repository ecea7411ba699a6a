/** Changes of one's own name and language; the session has them at once. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api, type Schemas } from "@/shared/api/client";
import { adopt, SESSION_KEY } from "./session-query";

export function useSaveProfile() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["ProfileChange"]) => answer(api.PATCH("/api/auth/profile", { body })),
    onSuccess: (session) => queryClient.setQueryData(SESSION_KEY, adopt(session)),
  });
}
