/** What a person prefers in this browser: signals, keys, sending. Kept in localStorage, and told to every tab. */

import { useSyncExternalStore } from "react";
import { read, write } from "./storage";

export interface Preferences {
  /** For whose conversations a sound is played. */
  sound: "mine" | "all" | "off";
  /** Play it even while the page is in front. */
  soundWhenFocused: boolean;
  /** Desktop notifications; the browser asks separately. */
  notifications: "mine" | "all" | "off";
  /** Notifications also while no page is open. */
  push: boolean;
  /** Whether those say who wrote, and what. */
  pushContent: boolean;
  /** Single keys and Alt combinations (WCAG 2.1.4 wants a way to turn them off). */
  shortcuts: boolean;
  /** Enter sends and Shift+Enter breaks the line; or the other way round. */
  enterSends: boolean;
}

export const USUAL: Preferences = {
  sound: "mine",
  soundWhenFocused: false,
  notifications: "mine",
  push: false,
  pushContent: false,
  shortcuts: true,
  enterSends: true,
};

const STORED = "curbe.preferences";
const listeners = new Set<() => void>();
let current: Preferences | null = null;

export function preferences(): Preferences {
  current ??= parse(read(STORED));
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...preferences(), ...change };
  write(STORED, JSON.stringify(current));
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

function subscribe(listener: () => void): () => void {
  const elsewhere = (event: StorageEvent) => {
    if (event.key !== STORED) return;
    current = parse(event.newValue);
    listener();
  };
  listeners.add(listener);
  addEventListener("storage", elsewhere);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", elsewhere);
  };
}

/** What was stored, where it is still understood; the usual for the rest. */
function parse(stored: string | null): Preferences {
  try {
    const found: unknown = JSON.parse(stored ?? "{}");
    if (typeof found !== "object" || found === null) return USUAL;
    const known = Object.entries(found).filter(
      ([name, value]) => name in USUAL && typeof value === typeof USUAL[name as keyof Preferences],
    );
    return { ...USUAL, ...Object.fromEntries(known) };
  } catch {
    return USUAL;
  }
}
