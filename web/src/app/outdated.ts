/** After an upgrade of the server an open page asks for files that are gone: it is loaded afresh, once. */

import { isUnsaved } from "@/shared/lib/unsaved";

const STORED = "curbe.reloaded";
const ONCE_IN = 60_000;

export function reloadOnceWhenOutdated(): void {
  addEventListener("vite:preloadError", (event) => {
    // Offline there is nothing to load, and what is typed would go with the page: what was asked for says that it is not there.
    if (!navigator.onLine || isUnsaved()) return;
    const last = Number(sessionStorage.getItem(STORED) ?? 0);
    if (Date.now() - last < ONCE_IN) return; // it did not help: let the page say that it failed
    sessionStorage.setItem(STORED, String(Date.now()));
    event.preventDefault();
    location.reload();
  });
}
