/**
 * Where the browser gets a file from. A page with a cookie asks for it like for any other; an embedded page has its credentials in
 * memory alone, which no `<img>` sends: there it is fetched, and shown from memory.
 */

import { useEffect, useState } from "react";
import { apiFetch } from "@/shared/api/client";
import { useSession } from "@/shared/session/session-context";

export function useMediaUrl(url: string | null | undefined): string | null {
  const { embedded } = useSession();
  const [fetched, setFetched] = useState<string | null>(null);
  const isOurs = url?.startsWith("/") ?? false;
  useEffect(() => {
    if (!embedded || !url || !isOurs) return;
    let shown: string | null = null;
    const aborted = new AbortController();
    apiFetch(new Request(new URL(url, location.origin), { signal: aborted.signal }))
      .then((response) => response.blob())
      .then((blob) => {
        shown = URL.createObjectURL(blob);
        setFetched(shown);
      })
      .catch(() => setFetched(null)); // shown as a file that cannot be had
    return () => {
      aborted.abort();
      if (shown) URL.revokeObjectURL(shown);
      setFetched(null);
    };
  }, [embedded, url, isOurs]);
  if (!url) return null;
  return embedded && isOurs ? fetched : url;
}

/** Pictures of files that are going up, by the pending message's `client_id`: what was chosen is shown before the server has it. */
const localPictures = new Map<string, string>();

export function showLocal(clientId: string, file: Blob): void {
  localPictures.set(clientId, URL.createObjectURL(file));
}

export function localPicture(clientId: string): string | null {
  return localPictures.get(clientId) ?? null;
}

/** Lets go of the pictures whose messages are not on their way any more: they are shown as the server has them. */
export function forgetSent(isPending: (clientId: string) => boolean): void {
  for (const clientId of [...localPictures.keys()]) if (!isPending(clientId)) forgetLocal(clientId);
}

export function forgetLocal(clientId: string): void {
  const url = localPictures.get(clientId);
  localPictures.delete(clientId);
  if (url) URL.revokeObjectURL(url);
}
