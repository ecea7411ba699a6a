/** Where the chosen colour scheme is kept; public/scheme.js reads the same place before the first paint. */

import type { MantineColorScheme, MantineColorSchemeManager } from "@mantine/core";
import { read, write } from "@/shared/lib/storage";

const STORED = "curbe.scheme";

const isScheme = (value: string | null): value is MantineColorScheme =>
  value === "light" || value === "dark" || value === "auto";

let onStorage: ((event: StorageEvent) => void) | undefined;

export const schemeManager: MantineColorSchemeManager = {
  get: (usual) => {
    const stored = read(STORED);
    return isScheme(stored) ? stored : usual;
  },
  set: (scheme) => write(STORED, scheme),
  clear: () => write(STORED, null),
  subscribe: (onUpdate) => {
    onStorage = (event) => {
      if (event.key === STORED && isScheme(event.newValue)) onUpdate(event.newValue);
    };
    addEventListener("storage", onStorage);
  },
  unsubscribe: () => {
    if (onStorage) removeEventListener("storage", onStorage);
  },
};
