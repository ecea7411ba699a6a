/** After an upgrade of the server an open page asks for files that are gone: it is loaded afresh, once. */

const STORED = "curbe.reloaded";
const ONCE_IN = 60_000;

export function reloadOnceWhenOutdated(): void {
  addEventListener("vite:preloadError", (event) => {
    const last = Number(sessionStorage.getItem(STORED) ?? 0);
    if (Date.now() - last < ONCE_IN) return; // it did not help: let the page say that it failed
    sessionStorage.setItem(STORED, String(Date.now()));
    event.preventDefault();
    location.reload();
  });
}
