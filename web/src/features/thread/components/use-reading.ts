/** Reading: what the person wrote counts as read while somebody looks at the end of it. */

import { useEffect, useRef } from "react";
import { useStore } from "@/shared/store/hooks";
import type { Conversation, Message } from "@/shared/store/types";

export function useReading(
  conversation: Conversation | undefined,
  latest: Message | null,
  atEnd: boolean,
): void {
  const store = useStore();
  const read = useRef<string | null>(null);
  const id = conversation?.id;
  const latestId = latest?.id ?? null;
  useEffect(() => {
    if (id === undefined) return;
    const look = () => {
      // Marked as unread by hand it stays so: only what is new to the eye is read.
      if (!atEnd || !document.hasFocus() || latestId === null || read.current === `${id}/${latestId}`) return;
      read.current = `${id}/${latestId}`;
      void store.markRead(id);
    };
    look();
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, [store, id, latestId, atEnd]);
}

/** Colleagues see who looks at a conversation. */
export function usePresence(conversationId: string): void {
  const store = useStore();
  useEffect(() => {
    store.presence.look(conversationId);
    return () => store.presence.look(null);
  }, [store, conversationId]);
}
