/** The line above what came while the reader was elsewhere: in another conversation, another tab, another window. */

import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { useStore } from "@/shared/store/hooks";
import type { InboxStore } from "@/shared/store/store";
import type { Entry } from "../model/lines";
import { ALL_SEEN, opening, type Unseen, unseenNow, written } from "../model/unseen";

/** The last line that this reader saw in each conversation, as long as the page lives. */
const lastSeen = new WeakMap<InboxStore, Map<string, string>>();

function seenIn(store: InboxStore): Map<string, string> {
  const known = lastSeen.get(store) ?? new Map<string, string>();
  lastSeen.set(store, known);
  return known;
}

/** Whether the page is in front of the reader, by which what they look at counts as read too (`useReading`). */
export function useAttention(): boolean {
  return useSyncExternalStore(hearAttention, () => document.hasFocus() && !document.hidden);
}

function hearAttention(listener: () => void): () => void {
  addEventListener("focus", listener);
  addEventListener("blur", listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    removeEventListener("focus", listener);
    removeEventListener("blur", listener);
    document.removeEventListener("visibilitychange", listener);
  };
}

interface Around {
  conversationId: string;
  atEnd: boolean;
  newer: boolean;
  /** Enough is here to know where it begins. */
  opened: boolean;
}

export function useUnseen(entries: readonly Entry[], { conversationId, atEnd, newer, opened }: Around) {
  const store = useStore();
  const attentive = useAttention();
  const [unseen, setUnseen] = useState<Unseen>(ALL_SEEN);
  useEffect(() => {
    if (opened) setUnseen((before) => unseenNow(before, entries, { attentive, atEnd, newer }));
  }, [entries, attentive, atEnd, newer, opened]);
  useEffect(() => {
    if (opened && unseen.seenTo !== null) seenIn(store).set(conversationId, unseen.seenTo);
  }, [store, conversationId, opened, unseen.seenTo]);

  const open = useCallback(
    (unread: number) =>
      setUnseen(opening(entries, { unread, newer, lastSeen: seenIn(store).get(conversationId) ?? null })),
    [entries, newer, store, conversationId],
  );
  const wrote = useCallback(() => setUnseen(written(entries)), [entries]);
  return { begins: unseen.begins, isAway: !attentive, open, wrote };
}
