/** Tells that somebody writes: the person on their phone, and colleagues in theirs. */

import { useCallback, useRef } from "react";
import { useTenant } from "@/shared/session/session-context";
import { useStore } from "@/shared/store/hooks";
import { showTyping } from "../api/messages";

/** It shows for 25 seconds at the person's: said again a little before. */
const AGAIN = 20_000;

export function useTyping(conversationId: string, canReply: boolean) {
  const store = useStore();
  const { tenant_id: tenantId } = useTenant();
  const toldAt = useRef(0);
  return useCallback(
    (mode: "reply" | "note", text: string) => {
      if (text.trim() === "") return store.presence.rest();
      store.presence.type(mode);
      const isReply = mode === "reply" && canReply && !text.startsWith("/");
      if (!isReply || Date.now() - toldAt.current < AGAIN) return;
      toldAt.current = Date.now();
      showTyping(tenantId, conversationId).catch(() => undefined); // a courtesy: nothing hangs on it
    },
    [store, tenantId, conversationId, canReply],
  );
}
