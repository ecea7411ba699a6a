import { afterEach, beforeEach, expect, test, vi } from "vitest";

const NOTICE = { title: "Marta", body: "Is it in?", tag: "c1", path: "/t/1/inbox/c1" };
const open = vi.fn();

/** What the browser shows, whoever asked for it. */
let seen: { title: string; tag: string; by: "page" | "worker"; close: () => void }[] = [];

function show(by: "page" | "worker", title: string, { tag = "" }: NotificationOptions) {
  const close = () => {
    seen = seen.filter((other) => other !== one);
  };
  const one = { title, tag, by, close };
  seen.push(one);
  return one;
}

/** A browser whose pages may show notifications by themselves, or not, as Chrome on Android. */
function browser({ byPage = true, permission = "granted" as NotificationPermission } = {}) {
  vi.stubGlobal(
    "Notification",
    class {
      static readonly permission = permission;
      readonly close: () => void;
      constructor(title: string, options: NotificationOptions) {
        if (!byPage) throw new TypeError("Illegal constructor");
        this.close = show("page", title, options).close;
      }
    },
  );
}

/** A browser with workers: those that were asked for, and what a worker's message is answered with. */
function workers({ refused = false, gone = false } = {}) {
  const registration = {
    showNotification: async (title: string, options: NotificationOptions) => {
      if (gone) throw new TypeError("No active registration");
      show("worker", title, options);
    },
    getNotifications: async ({ tag }: { tag?: string } = {}) =>
      seen.filter((one) => one.by === "worker" && (tag === undefined || one.tag === tag)),
  };
  const asked: string[] = [];
  const container = Object.assign(new EventTarget(), {
    register: async (address: string) => {
      asked.push(address);
      if (refused) throw new TypeError("no such file");
      return registration;
    },
    ready: Promise.resolve(registration),
    getRegistration: async () => registration,
  });
  Object.defineProperty(navigator, "serviceWorker", { value: container, configurable: true });
  return { asked, container };
}

const told = () => seen.map(({ title, by }) => `${title} by the ${by}`);

// A page that was just loaded.
let page: typeof import("./desktop-notices");

beforeEach(async () => {
  vi.resetModules();
  page = await import("./desktop-notices");
  seen = [];
  browser();
});

afterEach(() => {
  Reflect.deleteProperty(navigator, "serviceWorker");
});

test("a phone's browser, which lets no page show one, shows it by the worker", async () => {
  browser({ byPage: false });
  const { asked } = workers();

  await page.showNotice(NOTICE, { embedded: false, open });

  expect(told()).toEqual(["Marta by the worker"]);
  expect(asked).toEqual(["/notifications-worker.js"]);
});

test("the page shows it on plain HTTP, within another page, and where the worker cannot be had", async () => {
  await page.showNotice(NOTICE, { embedded: false, open });
  const { asked } = workers({ refused: true });
  await page.showNotice(NOTICE, { embedded: true, open });
  expect(asked).toEqual([]);
  await page.showNotice(NOTICE, { embedded: false, open });

  expect(told()).toEqual(Array(3).fill("Marta by the page"));
});

test("a worker that was taken away while the page stood open is asked for anew, and the page shows it meanwhile", async () => {
  const { asked } = workers({ gone: true });

  await page.showNotice(NOTICE, { embedded: false, open });
  await page.showNotice(NOTICE, { embedded: false, open });

  expect(told()).toEqual(Array(2).fill("Marta by the page"));
  expect(asked).toHaveLength(2);
});

test("where nothing can show one nothing breaks", async () => {
  browser({ byPage: false });

  await page.showNotice(NOTICE, { embedded: false, open });

  expect(told()).toEqual([]);
});

test("nobody who did not allow notifications gets a worker", async () => {
  browser({ permission: "default" });
  const { asked } = workers();

  expect(await page.noticeWorker()).toBeNull();

  expect(asked).toEqual([]);
});

test("those of a conversation are taken away when it is read, and all when somebody signs out", async () => {
  await page.showNotice(NOTICE, { embedded: true, open });
  workers();
  await page.showNotice(NOTICE, { embedded: false, open });
  await page.showNotice({ ...NOTICE, tag: "c2", title: "Leo" }, { embedded: false, open });

  await page.closeNotices("c1");
  expect(told()).toEqual(["Leo by the worker"]);
  await page.closeNotices();
  expect(told()).toEqual([]);
});

test("a page tells the worker whether it goes where a click leads", () => {
  const { container } = workers();
  const stop = page.whenNoticeClicked((path) => path.startsWith("/t/1/"));
  const clicked = (path: string) => {
    const port = { postMessage: vi.fn() };
    container.dispatchEvent(Object.assign(new Event("message"), { data: { open: path }, ports: [port] }));
    return port.postMessage.mock.calls.flat();
  };

  expect(clicked("/t/1/inbox/c1")).toEqual([true]);
  expect(clicked("/t/2/inbox/c9")).toEqual([false]);
  stop();
  expect(clicked("/t/1/inbox/c1")).toEqual([]);
});

test("a page tells the worker whether it tells of what is pushed by itself, and which of that is still shown", async () => {
  const { container } = workers();
  const stop = page.whenPushed((tenantId) => tenantId === "1");
  const pushed = (data: object) => {
    const port = { postMessage: vi.fn() };
    container.dispatchEvent(Object.assign(new Event("message"), { data, ports: [port] }));
    return port.postMessage.mock.calls.flat();
  };

  expect(pushed({ pushed: "1" })).toEqual([true]);
  expect(pushed({ pushed: "2" })).toEqual([false]);
  expect(pushed({ open: "/t/1/inbox/c1" })).toEqual([]);
  stop();
  expect(pushed({ pushed: "1" })).toEqual([]);

  for (const [tag, kind] of [
    ["c1", "message"],
    ["c2", "mention"],
  ] as const)
    seen.push({ title: "", tag, by: "worker", close: () => undefined, data: { kind } } as (typeof seen)[0]);
  expect(await page.pushedNotices()).toEqual(["c1"]);
});
