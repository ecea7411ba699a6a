import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Session } from "@/shared/session/session";
import { adopt, SESSION_KEY } from "@/shared/session/session-query";
import { tellOtherTabs } from "@/shared/session/tabs";

/** Returns what to do with a fresh session: this page takes it up, and other tabs hear of it. */
export function useSignedIn(): (session: Session) => void {
  const queryClient = useQueryClient();
  return useCallback(
    (session) => {
      queryClient.setQueryData(SESSION_KEY, adopt(session));
      tellOtherTabs();
    },
    [queryClient],
  );
}
