/** The store in React: each hook paints again when what it names has changed, and only then. */

import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from "react";
import type { ListState } from "./conversations";
import type { HeldFile } from "./held";
import type { LinkStatus } from "./link";
import type { Pending } from "./outbox";
import type { Directories } from "./state";
import type { InboxStore, Line } from "./store";
import type { ThreadState } from "./threads";
import type { Topic } from "./topics";
import type { Annotation, Conversation, Counts, Viewer } from "./types";
import { keyOfView, type View } from "./views";

export const StoreContext = createContext<InboxStore | null>(null);

export function useStore(): InboxStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error("no inbox store above this component");
  return store;
}

/** Return what `read` reads, and read it again whenever `topic` has changed. `read` must return the same for the same state. */
export function useTopic<Value>(topic: Topic, read: (store: InboxStore) => Value): Value {
  const store = useStore();
  const subscribe = useCallback(
    (listener: () => void) => store.topics.subscribe(topic, listener),
    [store, topic],
  );
  return useSyncExternalStore(subscribe, () => read(store));
}

/** A conversation as it is to be shown, or undefined where it is not here (yet): see `useLoadedConversation`. */
export function useConversation(id: string): Conversation | undefined {
  return useTopic(`conversation/${id}`, (store) => store.state.conversations.get(id));
}

/** A list, loaded when it is shown first. */
export function useList(view: View): ListState {
  const store = useStore();
  const key = keyOfView(view);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of the view
  useEffect(() => void store.loadList(view), [store, key]);
  return useTopic(`list/${key}`, () => store.state.conversations.list(view).state);
}

/** The stretch of a thread around the message or note `anchor`, or its latest one (null), loaded when it is shown first. */
export function useThread(conversationId: string, anchor: string | null = null): ThreadState {
  const store = useStore();
  const isHere = useTopic(`thread/${conversationId}`, () =>
    store.state.threads.hasLoaded(conversationId, anchor),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was here may be let go (a merge, a log that begins anew)
  useEffect(() => {
    void (anchor === null ? store.loadThread(conversationId) : store.loadAround(conversationId, anchor));
  }, [store, conversationId, anchor, isHere]);
  return useTopic(`thread/${conversationId}`, () => store.thread(conversationId, anchor));
}

/** One line of a thread by its key; null where it is gone. */
export function useLine(key: string): Line | null {
  const store = useStore();
  const source = useTopic(`line/${key}`, () => store.lineSource(key));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line is made of its source
  return useMemo(() => store.line(key), [store, key, source]);
}

/** Several lines by their keys, without those that are gone; the same array as long as they are the same. */
export function useLines(keys: readonly string[]): readonly Line[] {
  const store = useStore();
  const all = keys.join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `all` says which they are
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = keys.map((key) => store.topics.subscribe(`line/${key}`, listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [store, all],
  );
  const read = useRef<{ sources: (object | undefined)[]; lines: readonly Line[] }>({
    sources: [],
    lines: [],
  });
  return useSyncExternalStore(subscribe, () => {
    const sources = keys.map((key) => store.lineSource(key));
    const known = read.current.sources;
    if (sources.length !== known.length || sources.some((source, index) => source !== known[index]))
      read.current = { sources, lines: keys.flatMap((key) => store.line(key) ?? []) };
    return read.current.lines;
  });
}

/** The notes of colleagues in a conversation, as far as it is loaded, oldest first. */
export function useNotes(conversationId: string): readonly Annotation[] {
  return useTopic(`thread/${conversationId}`, (store) => store.state.threads.notes(conversationId));
}

export function useCounts(): Counts | null {
  return useTopic("counts", (store) => store.state.conversations.counts);
}

export function useViewers(conversationId: string): readonly Viewer[] {
  return useTopic(`presence/${conversationId}`, (store) => store.presence.at(conversationId));
}

export function useDirectory<Kind extends keyof Directories>(kind: Kind): Directories[Kind] {
  return useTopic(kind, (store) => store.state.directories[kind]);
}

export function useLinkStatus(): LinkStatus {
  return useTopic("status", (store) => store.status);
}

/** Files that were chosen for somebody and not sent yet. */
export function useHeld(conversationId: string): readonly HeldFile[] {
  return useTopic(`held/${conversationId}`, (store) => store.held.of(conversationId));
}

/** The last message to somebody that was not sent and waits for a person, if there is one. */
export function useUnsent(conversationId: string): Pending | undefined {
  return useTopic("outbox", (store) =>
    store.outbox.stuck().findLast((pending) => pending.conversation_id === conversationId),
  );
}

export function useDraft(conversationId: string): string {
  return useTopic(`draft/${conversationId}`, (store) => store.drafts.shown(conversationId));
}
