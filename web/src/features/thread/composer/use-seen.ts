/**
 * The last message that the agent has seen before they answer: where a colleague answered after it, the server asks first.
 *
 * What stands there when they begin to write is seen. What comes while they write is not, unless it was in front of them for a while.
 * Whoever goes back to something old has still seen what came after it.
 */

import { useCallback, useEffect, useRef } from "react";
import { comparePlaces, type Place } from "@/shared/store/moments";
import type { Message } from "@/shared/store/types";

const NOTICED = 8_000;

/** @param isHere whether a message is still one of the conversation: it may part, and the server knows no other's as seen in it. */
export function useSeen(
  latest: Message | null,
  isWriting: boolean,
  atEnd: boolean,
  isHere: (messageId: string) => boolean,
) {
  const seen = useRef<Place | null>(latest && { at: latest.created_at, id: latest.id });
  const [id, at] = [latest?.id, latest?.created_at];
  useEffect(() => {
    if (id === undefined || at === undefined) return;
    const see = () => {
      const [before, now] = [seen.current, { at, id }];
      if (before === null || !isHere(before.id) || comparePlaces(before, now) < 0) seen.current = now;
    };
    if (!isWriting) return see();
    const timer = setTimeout(() => {
      if (atEnd && document.hasFocus()) see();
    }, NOTICED);
    return () => clearTimeout(timer);
  }, [id, at, isWriting, atEnd, isHere]);
  return useCallback(() => seen.current?.id ?? null, []);
}
