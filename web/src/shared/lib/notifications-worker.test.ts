import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";

const WORKER = readFileSync(join(import.meta.dirname, "../../../public/notifications-worker.js"), "utf8");
const PATH = "/t/1/inbox/c1";

interface Given {
  url: string;
  frameType?: string;
  /** What the page says when it is asked; nothing where it sleeps. */
  goes?: boolean;
}

/** Click on a notification while these pages are open, and tell what came to the front. */
async function clicked(...given: Given[]): Promise<string[]> {
  const done: string[] = [];
  const pages = given.map(({ url, frameType = "top-level", goes }) => ({
    url: `https://curbe.example${url}`,
    frameType,
    postMessage: (_: unknown, [port]: MessagePort[]) => {
      if (goes !== undefined) port?.postMessage(goes);
    },
    focus: async () => void done.push(url),
  }));
  const clients = {
    matchAll: async () => pages,
    openWindow: async (path: string) => void done.push(`opened ${path}`),
  };
  const scope = Object.assign(new EventTarget(), { clients, skipWaiting: vi.fn() });
  new Function("self", WORKER)(scope);
  const close = vi.fn();
  let led: Promise<void> = Promise.resolve();
  const click = Object.assign(new Event("notificationclick"), {
    notification: { close, data: { path: PATH } },
    waitUntil: (work: Promise<void>) => {
      led = work;
    },
  });
  scope.dispatchEvent(click);
  await led;
  expect(close).toHaveBeenCalledOnce();
  return done;
}

test("a click brings the workspace's page to the front, and it goes to the conversation by itself", async () => {
  expect(
    await clicked(
      { url: "/t/2/inbox", goes: false },
      { url: "/t/1/campaigns", goes: true },
      { url: "/t/1/inbox", goes: true },
    ),
  ).toEqual(["/t/1/campaigns"]);
});

test("a page whose browser knows only where it was loaded is found by asking it", async () => {
  expect(await clicked({ url: "/sign-in", goes: true })).toEqual(["/sign-in"]);
});

test("a page that a phone put to sleep is brought to the front all the same", async () => {
  expect(await clicked({ url: "/t/1/inbox" })).toEqual(["/t/1/inbox"]);
});

test("where no page of the workspace is open one is opened, and no frame within another page is taken for one", async () => {
  expect(await clicked()).toEqual([`opened ${PATH}`]);
  expect(
    await clicked({ url: "/t/11/inbox", goes: false }, { url: PATH, frameType: "nested", goes: true }),
  ).toEqual([`opened ${PATH}`]);
});
