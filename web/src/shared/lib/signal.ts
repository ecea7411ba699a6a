/** A value outside React that components can follow: `const [unread, setUnread] = ...`. For the few things that two features share. */

import { useSyncExternalStore } from "react";

export interface Signal<T> {
  get: () => T;
  set: (value: T) => void;
  subscribe: (listener: () => void) => () => void;
}

export function signal<T>(initial: T): Signal<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useSignal<T>({ get, subscribe }: Signal<T>): T {
  return useSyncExternalStore(subscribe, get);
}
