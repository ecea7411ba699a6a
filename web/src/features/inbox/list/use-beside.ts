/** The way through a list with keys: from where the open conversation stood, also once it has left the list or moved within it. */

import { useEffect, useRef } from "react";
import { useList, useStore } from "@/shared/store/hooks";
import { keyOfView, type ListPlace, type View } from "@/shared/store/views";

interface Stand {
  /** The list and the conversation. */
  of: string;
  place: ListPlace;
}

/** Returns which conversation is below (1) or above (-1) the one that is open; the first of the list where the open one never stood in it. */
export function useBeside(view: View, selected: string | null): (by: 1 | -1) => string | undefined {
  const store = useStore();
  const list = useList(view);
  const opened = useRef<Stand | null>(null);
  const of = `${keyOfView(view)}/${selected}`;
  const order = () => store.state.conversations.list(view).order;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list may come after the conversation was opened
  useEffect(() => {
    if (opened.current?.of === of || selected === null) return;
    const place = order().placeOfId(selected);
    opened.current = place ? { of, place } : null;
  }, [list, of]);
  return (by) => {
    const from = opened.current;
    if (selected === null || from?.of !== of) return list.count > 0 ? list.ids[0] : undefined;
    return order().beside(from.place, by, selected);
  };
}
