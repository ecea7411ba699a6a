/**
 * Notifications of the desktop or the phone. A worker of ours shows them where the browser has workers (`public/notifications-worker.js`):
 * Chrome on Android lets nobody else, and what it shows can be clicked when the page is gone. Elsewhere the page shows them itself: on plain
 * HTTP, and within another page, which has no say over this origin.
 */

export const NOTICE_WORKER = "/notifications-worker.js";
const ICON = "/favicon.svg";

export interface Notice {
  title: string;
  body: string;
  /** The conversation: one notification each, the newest. */
  tag: string;
  /** Where a click leads. */
  path: string;
}

let registered: Promise<ServiceWorkerRegistration> | null = null;
/** Those that this page shows itself. */
const shown = new Map<string, Notification>();

/** Have the worker ready, once somebody allowed notifications. Resolves to null where there is none. */
export async function noticeWorker(): Promise<ServiceWorkerRegistration | null> {
  const workers = browserWorkers();
  if (!workers || !isAllowed()) return null;
  registered ??= register(workers);
  try {
    return await registered;
  } catch {
    registered = null; // it may be there the next time
    return null;
  }
}

async function register(workers: ServiceWorkerContainer): Promise<ServiceWorkerRegistration> {
  await workers.register(NOTICE_WORKER, { updateViaCache: "none" });
  return workers.ready;
}

/** Show it, in place of an older one of its conversation. `open` leads there where this page shows it. */
export async function showNotice(
  { title, path, ...rest }: Notice,
  { embedded, open }: { embedded: boolean; open: () => void },
): Promise<void> {
  if (!isAllowed()) return;
  // Told again for each message: one that nobody has put away would be replaced without a sign.
  const options = { ...rest, icon: ICON, renotify: true, data: { path } };
  const worker = embedded ? null : await noticeWorker();
  try {
    if (worker) return await worker.showNotification(title, options);
  } catch {
    registered = null; // it was taken away, with the data of this site: there may be another the next time
  }
  try {
    const notification = new Notification(title, options);
    shown.set(rest.tag, notification);
    notification.onclick = () => {
      window.focus();
      open();
      notification.close();
    };
  } catch {
    // The browser shows none from here: the sound and the title of the tab have told of it.
  }
}

/** Take away those of a conversation, or all: they say who wrote, and what. */
export async function closeNotices(tag?: string): Promise<void> {
  for (const [one, notification] of shown) {
    if (tag !== undefined && one !== tag) continue;
    notification.close();
    shown.delete(one);
  }
  try {
    const worker = await browserWorkers()?.getRegistration();
    const found = (await worker?.getNotifications(tag === undefined ? {} : { tag })) ?? [];
    for (const notification of found) notification.close();
  } catch {
    // a browser that lets no page have a worker shows none by one
  }
}

/** Calls `take` with the address of a notification that was clicked; it tells whether this page goes there. Returns how to stop. */
export function whenNoticeClicked(take: (path: string) => boolean): () => void {
  const workers = browserWorkers();
  const asked = ({ data, ports }: MessageEvent) => {
    const path = (data as { open?: unknown } | null)?.open;
    if (typeof path === "string") ports[0]?.postMessage(take(path));
  };
  workers?.addEventListener("message", asked);
  return () => workers?.removeEventListener("message", asked);
}

/** Calls `tells` when something is pushed for a workspace; it tells whether this page tells of it by itself. Returns how to stop. */
export function whenPushed(tells: (tenantId: string) => boolean): () => void {
  const workers = browserWorkers();
  const asked = ({ data, ports }: MessageEvent) => {
    const tenantId = (data as { pushed?: unknown } | null)?.pushed;
    if (typeof tenantId === "string") ports[0]?.postMessage(tells(tenantId));
  };
  workers?.addEventListener("message", asked);
  return () => workers?.removeEventListener("message", asked);
}

/** The conversations that somebody wrote in of which this browser still shows what was pushed. */
export async function pushedNotices(): Promise<string[]> {
  try {
    const worker = await browserWorkers()?.getRegistration();
    const shown = (await worker?.getNotifications()) ?? [];
    return shown
      .filter(({ data }) => (data as { kind?: unknown } | null)?.kind === "message")
      .map(({ tag }) => tag);
  } catch {
    return [];
  }
}

function isAllowed(): boolean {
  return "Notification" in globalThis && Notification.permission === "granted";
}

/** There are none on plain HTTP. */
function browserWorkers(): ServiceWorkerContainer | undefined {
  return (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker;
}
