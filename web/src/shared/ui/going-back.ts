/** On a phone, Back closes what lies over the page, as in every app there: without this it leaves the page below. */

import { useEffect, useEffectEvent } from "react";

/** What Chromium has for it; others go back as they always did. */
interface Watcher {
  onclose: (() => void) | null;
  destroy: () => void;
}

/** `onClose` as long as something is `opened`; it may leave it open, as what is asked before it closes does. */
export function useGoingBack(opened: boolean, onClose: () => void): void {
  const close = useEffectEvent(onClose);
  useEffect(() => {
    const { CloseWatcher } = window as { CloseWatcher?: new () => Watcher };
    // With a keyboard it would be Escape, which each dialog hears by itself.
    if (!opened || !CloseWatcher || !matchMedia("(pointer: coarse)").matches) return;
    let watcher: Watcher;
    const watch = () => {
      watcher = new CloseWatcher();
      watcher.onclose = () => {
        watch(); // one hears of one step back
        close();
      };
    };
    watch();
    return () => watcher.destroy();
  }, [opened]);
}
