/** Whoever works by keyboard goes on in the list, once what had the focus is gone: a thread, the search, the bar for many, a filter. */

import { type RefObject, useEffect, useRef } from "react";

interface Beside {
  /** How much there is of it beside the list. */
  count: number;
  /** The list is here: another one has to come first. */
  isShown: boolean;
}

export function useBackInList(pane: RefObject<HTMLElement | null>, { count, isShown }: Beside): void {
  const before = useRef(count);
  const isLost = useRef(false);
  useEffect(() => {
    if (before.current > count) isLost.current = true;
    before.current = count;
    if (!isLost.current || !isShown) return;
    isLost.current = false;
    if (document.activeElement === document.body)
      pane.current?.querySelector<HTMLElement>('[role="listbox"]')?.focus({ preventScroll: true });
  }, [pane, count, isShown]);
}
