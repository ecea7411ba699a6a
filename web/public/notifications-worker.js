// Shows what the inbox tells of, also where a page cannot (Chrome on Android), and leads from there to the conversation. It keeps no file and
// answers no request: what is on the screen is always the server's.
const ANSWERED_WITHIN = 250; // milliseconds: browsers let a click open or focus a page for about a second

self.addEventListener("install", () => self.skipWaiting()); // a new one has nothing to wait for

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data?.path ?? "/"));
});

/** Focus a page that goes there by itself, with all that is typed in it; open one where there is none. */
async function lead(path) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const workspace = path.split("/", 3).join("/"); // "/t/<tenant>"
  const isWithin = ({ url }) => `${new URL(url).pathname}/`.startsWith(`${workspace}/`);
  const own = pages.filter(({ frameType }) => frameType !== "nested");
  // Most lately used first; not every browser knows where a page has gone since it was loaded, so all are asked.
  for (const page of [...own.filter(isWithin), ...own.filter((page) => !isWithin(page))]) {
    const goes = await ask(page, path);
    // One that a phone has put to sleep answers when it is in front.
    if (goes ?? isWithin(page)) return page.focus();
  }
  return self.clients.openWindow(path);
}

/** Resolves to whether the page goes there; null where it says nothing. */
function ask(page, path) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const told = (answer) => {
      port1.close();
      resolve(answer);
    };
    port1.onmessage = ({ data }) => told(data === true);
    setTimeout(told, ANSWERED_WITHIN, null);
    page.postMessage({ open: path }, [port2]);
  });
}
