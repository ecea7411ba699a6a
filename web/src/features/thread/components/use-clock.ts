/** The time and the day, told again whenever what hangs on them changes. */

import { useEffect, useState } from "react";
import { lasts, type ServiceWindow, windowAt } from "../model/window";

/** A `setTimeout` of more than some 24 days fires at once. */
const LONGEST = 24 * 3600_000;

/** The customer service window as it is now; it closes by itself when its time has come. */
export function useServiceWindow(closesAt: string | null): ServiceWindow {
  const [now, setNow] = useState(() => Date.now());
  const current = windowAt(closesAt, Math.max(now, 0));
  useEffect(() => {
    const window = windowAt(closesAt, Date.now());
    if (window.state !== "open") {
      setNow(Date.now());
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = () => {
      clearTimeout(timer); // one at a time: it ticks by itself, and whenever the page is looked at
      setNow(Date.now());
      const next = windowAt(closesAt, Date.now());
      if (next.state === "open") timer = setTimeout(tick, Math.min(LONGEST, lasts(next.left)));
    };
    tick();
    // A laptop that slept has missed its timers.
    addEventListener("focus", tick);
    return () => {
      clearTimeout(timer);
      removeEventListener("focus", tick);
    };
  }, [closesAt]);
  return current;
}

/** When the day that it is now began, in milliseconds since 1970 and the reader's own zone: another once midnight has passed. */
export function useToday(): number {
  const [today, setToday] = useState(() => midnight(0));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      setToday(midnight(0));
      timer = setTimeout(look, midnight(1) - Date.now());
    };
    look();
    addEventListener("focus", look); // as above
    return () => {
      clearTimeout(timer);
      removeEventListener("focus", look);
    };
  }, []);
  return today;
}

function midnight(days: number): number {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days).getTime();
}
