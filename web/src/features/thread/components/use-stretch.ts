/** Which stretch of a conversation is shown and where the reader stands in it: at the end, at the first unread, at a message they looked for. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { jumpsAsked } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import { useStore } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { linesOf, type Mark } from "../model/lines";
import { lastSaid, theirsAfter } from "../model/unseen";
import type { TimelineHandle } from "./timeline";
import { useTimeline } from "./use-timeline";
import { useUnseen } from "./use-unseen";

/** Marked long enough to be found with the eye. */
const MARKED = 2_600;
/** So many pages are loaded at most to begin where the unread do. */
const PAGES = 4;

export type Target = { id: string } | { providerId: string };

export function useStretch(conversation: Conversation, messageId: string | null) {
  const store = useStore();
  const { id } = conversation;
  // As it was when the conversation was opened: reading it sets it to zero.
  const [unread] = useState(messageId === null ? conversation.unread_count : 0);
  const [anchor, setAnchor] = useState(messageId);
  const [marked, setMarked] = useState({ id: messageId, times: 1 });
  const [opened, setOpened] = useState(false);
  const timeline = useTimeline(id, anchor);
  const { thread, entries, byProviderId } = timeline;
  const scroll = useRef<TimelineHandle>(null);
  const [atEnd, setAtEnd] = useState(messageId === null && unread === 0);
  const [leftAt, setLeftAt] = useState<string | null>(null);
  const around = { conversationId: id, atEnd, newer: thread.newer, opened };
  const { begins, isAway, open, wrote } = useUnseen(entries, around);
  const lines = useMemo(() => linesOf(entries, begins, thread.older), [entries, begins, thread.older]);

  const load = useCallback(
    () => void (anchor === null ? store.loadThread(id) : store.loadAround(id, anchor)),
    [store, id, anchor],
  );
  const loadOlder = useCallback(() => void store.loadOlder(id, anchor), [store, id, anchor]);
  const loadNewer = useCallback(() => void store.loadNewer(id, anchor), [store, id, anchor]);

  // What is unread may begin above what is loaded.
  const pages = useRef(0);
  const theirs = entries.reduce((count, entry) => count + (entry.theirs ? 1 : 0), 0);
  const isShort = unread > theirs && thread.older && !thread.failed && pages.current < PAGES;
  const isLoaded =
    thread.keys.length > 0 || (thread.loading === null && store.state.threads.hasLoaded(id, anchor));
  const [ready, setReady] = useState(false);
  useEffect(() => {
    if (ready || !isLoaded) return;
    if (!isShort) {
      if (!opened) open(unread);
      setOpened(true);
      return setReady(true);
    }
    if (thread.loading !== null) return;
    pages.current += 1;
    loadOlder();
  }, [ready, isLoaded, isShort, thread.loading, loadOlder, opened, open, unread]);

  const jumpTo = useCallback(
    (target: Target) => {
      const found = "id" in target ? target.id : byProviderId.get(target.providerId)?.id;
      if (found === undefined) return;
      setMarked(({ times }) => ({ id: found, times: times + 1 }));
      if (scroll.current?.toKey(store.state.threads.keyOf.get(found) ?? found)) return;
      setReady(false);
      setAnchor(found);
    },
    [store, byProviderId],
  );
  // Another result of the same search leads to another line of the same conversation; the same one once more, back to it.
  const asked = useSignal(jumpsAsked);
  const gone = useRef({ messageId, asked });
  useEffect(() => {
    const before = gone.current;
    if (before.messageId === messageId && before.asked === asked) return;
    gone.current = { messageId, asked };
    if (messageId !== null) jumpTo({ id: messageId });
  }, [messageId, asked, jumpTo]);
  useEffect(() => {
    if (marked.id === null || !ready) return;
    const timer = setTimeout(() => setMarked({ ...marked, id: null }), MARKED);
    return () => clearTimeout(timer);
  }, [marked, ready]);

  const [fromEnd, setFromEnd] = useState(false);
  const toLatest = useCallback(() => {
    if (!thread.newer) return scroll.current?.toEnd();
    setFromEnd(true);
    setReady(false);
    setAnchor(null);
  }, [thread.newer]);

  const lastKey = lastSaid(entries);
  useEffect(() => {
    if (atEnd || (leftAt === null && !thread.newer)) setLeftAt(lastKey); // what was there to begin with did not come since
  }, [atEnd, lastKey, leftAt, thread.newer]);
  const arrived = atEnd || thread.newer || leftAt === null ? 0 : (theirsAfter(entries, leftAt)?.count ?? 0);

  const keyOf = (found: string | null) =>
    found === null ? null : (store.state.threads.keyOf.get(found) ?? found);
  return {
    timeline,
    lines,
    anchor,
    ready: ready && isLoaded,
    beginAt: anchor === null ? (begins === null || fromEnd ? null : "unread") : keyOf(anchor),
    marked: keyOf(marked.id),
    mark: (marked.times % 2 === 1 ? "once" : "again") as Mark,
    scroll,
    atEnd,
    setAtEnd,
    arrived,
    isAway,
    wrote,
    load,
    loadOlder,
    loadNewer,
    jumpTo,
    toLatest,
  };
}
