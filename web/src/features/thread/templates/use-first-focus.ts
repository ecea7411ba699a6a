/** What comes into a dialog that is open already takes the focus itself: the dialog gives it once, when it opens. */

import { type RefObject, useEffect, useRef } from "react";

/** To what is marked with `data-autofocus` within. */
export function useFirstFocus<Within extends HTMLElement>(): RefObject<Within | null> {
  const within = useRef<Within>(null);
  useEffect(() => within.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus(), []);
  return within;
}
