/** What is typed on a page and not saved yet: whoever would lose it by going elsewhere is asked first. */

import { useCallback, useEffect, useRef } from "react";

interface Mark {
  isAboveSteps: boolean;
}

const unsaved = new Set<Mark>();

/** Whether something would be lost; `isStep`: by going to another query of the same page. */
export function isUnsaved({ isStep = false } = {}): boolean {
  return [...unsaved].some((mark) => !(isStep && mark.isAboveSteps));
}

/** Ask about none of it any more: somebody chose to lose it, or it is not theirs to see. */
export const giveUpUnsaved = (): void => unsaved.clear();

/**
 * To be called with whether something here would be lost. `isAboveSteps`: the page's query tells which step of it is shown, and what is
 * typed outlives them. Returns what says that it is saved, for whoever goes elsewhere by that.
 */
export function useUnsaved(wouldLose: boolean, { isAboveSteps = false } = {}): () => void {
  const { current: mark } = useRef<Mark>({ isAboveSteps });
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
