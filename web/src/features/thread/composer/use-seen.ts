/**
 * The last message that the agent has seen before they answer: where a colleague answered after it, the server asks first.
 *
 * What stands there when they begin to write is seen. What comes while they write is not, unless it was in front of them for a while.
 */

import { useCallback, useEffect, useRef } from "react";
import type { Message } from "@/shared/store/types";

const NOTICED = 8_000;

export function useSeen(latest: Message | null, isWriting: boolean, atEnd: boolean) {
  const seen = useRef<string | null>(latest?.id ?? null);
  const id = latest?.id ?? null;
  useEffect(() => {
    if (id === null) return;
    if (!isWriting) {
      seen.current = id;
      return;
    }
    const timer = setTimeout(() => {
      if (atEnd && document.hasFocus()) seen.current = id;
    }, NOTICED);
    return () => clearTimeout(timer);
  }, [id, isWriting, atEnd]);
  return useCallback(() => seen.current, []);
}
