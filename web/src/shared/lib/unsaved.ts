/** What is typed on a page and not saved yet: whoever would lose it by going elsewhere is asked first. */

import { useCallback, useEffect, useRef } from "react";

const unsaved = new Set<object>();

export const isUnsaved = (): boolean => unsaved.size > 0;

/** To be called with whether something here would be lost. Returns what says that it is saved, for whoever goes elsewhere by that. */
export function useUnsaved(wouldLose: boolean): () => void {
  const { current: mark } = useRef({});
  useEffect(() => {
    if (!wouldLose) return;
    unsaved.add(mark);
    const leaving = (event: BeforeUnloadEvent) => {
      if (unsaved.has(mark)) event.preventDefault();
    };
    addEventListener("beforeunload", leaving);
    return () => {
      unsaved.delete(mark);
      removeEventListener("beforeunload", leaving);
    };
  }, [wouldLose, mark]);
  return useCallback(() => void unsaved.delete(mark), [mark]);
}
