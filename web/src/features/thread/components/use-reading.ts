/** Reading: what the person wrote counts as read while somebody looks at the end of it. */

import { useEffect, useRef } from "react";
import { useLinkStatus, useStore } from "@/shared/store/hooks";
import type { Conversation, Message } from "@/shared/store/types";

/** How long what the server did not hear waits while it is still looked at. */
const AGAIN_MS = 5_000;

export function useReading(
  conversation: Conversation | undefined,
  latest: Message | null,
  atEnd: boolean,
): void {
  const store = useStore();
  const read = useRef<string | null>(null);
  /** The present look: of what the server did not hear it is asked anew, whichever look began it. */
  const looking = useRef<(() => void) | null>(null);
  const again = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isLive = useLinkStatus() === "live";
  const id = conversation?.id;
  const latestId = latest?.id ?? null;
  // Moves with each word of the person: a message may be here before it is known that it is unread.
  const closesAt = conversation?.window_closes_at ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the server did not hear is told again once it is back
  useEffect(() => {
    if (id === undefined) return;
    const look = () => {
      const end = `${id}/${latestId}/${closesAt}`;
      // Marked as unread by hand it stays so: only what is new to the eye is read.
      if (!atEnd || !document.hasFocus() || latestId === null || read.current === end) return;
      read.current = end;
      void store.markRead(id, latestId).then((isRead) => {
        if (isRead || read.current !== end) return;
        read.current = null;
        clearTimeout(again.current);
        again.current = setTimeout(() => looking.current?.(), AGAIN_MS);
      });
    };
    looking.current = look;
    look();
    addEventListener("focus", look);
    return () => {
      looking.current = null;
      removeEventListener("focus", look);
    };
  }, [store, id, latestId, closesAt, atEnd, isLive]);
  useEffect(() => () => clearTimeout(again.current), []);
}

/** Colleagues see who looks at a conversation: whose page is out of sight, behind another tab or in the dock, looks at none. */
export function usePresence(conversationId: string): void {
  const store = useStore();
  useEffect(() => {
    const look = () => store.presence.look(document.hidden ? null : conversationId);
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      store.presence.look(null);
    };
  }, [store, conversationId]);
}
