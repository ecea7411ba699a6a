/** Changes of one's own name and language; the session has them at once. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { call } from "@/shared/api/client";
import type { Language } from "@/shared/i18n/catalogue";
import type { Session } from "./session";
import { adopt, SESSION_KEY } from "./session-query";

interface ProfileChange {
  name?: string;
  /** null: the installation's. */
  language?: Language | null;
}

export function useSaveProfile() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: ProfileChange) => call<Session>("PATCH", "/api/auth/profile", { body }),
    onSuccess: (session) => queryClient.setQueryData(SESSION_KEY, adopt(session)),
  });
}
