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

const TENANT = "7";
const NEWS = {
  kind: "message",
  tenant_id: TENANT,
  conversation_id: "c1",
  line_id: null,
  workspace: "Sol",
  language: "en",
  name: null,
  text: null,
};

interface Shown {
  title: string;
  options: NotificationOptions & { renotify?: boolean };
}

/** Push this while these pages are open, and tell what is shown. A page says of a workspace whether it tells of it; nothing where it sleeps. */
async function pushed(
  news: object,
  ...pages: { tells?: boolean; frameType?: string }[]
): Promise<{ shown: Shown[]; asked: unknown[] }> {
  const shown: Shown[] = [];
  const asked: unknown[] = [];
  const clients = {
    matchAll: async () =>
      pages.map(({ tells, frameType = "top-level" }) => ({
        frameType,
        postMessage: (question: unknown, [port]: MessagePort[]) => {
          asked.push(question);
          if (tells !== undefined) port?.postMessage(tells);
        },
      })),
  };
  const registration = {
    showNotification: async (title: string, options: NotificationOptions) =>
      void shown.push({ title, options }),
  };
  const scope = Object.assign(new EventTarget(), { clients, registration, skipWaiting: vi.fn() });
  new Function("self", WORKER)(scope);
  let done: Promise<void> = Promise.resolve();
  const event = Object.assign(new Event("push"), {
    data: { json: () => news },
    waitUntil: (work: Promise<void>) => {
      done = work;
    },
  });
  scope.dispatchEvent(event);
  await done;
  return { shown, asked };
}

const wordsOf = async (news: object) => {
  const [one] = (await pushed({ ...NEWS, ...news })).shown;
  return [one?.title, one?.options.body];
};

test("what is pushed while no page is open is shown, one of each conversation, and a press leads there", async () => {
  const { shown } = await pushed(NEWS);

  expect(shown).toEqual([
    {
      title: "New message",
      options: {
        body: "Sol",
        tag: "c1",
        icon: "/favicon.svg",
        renotify: true,
        data: { path: "/t/7/inbox/c1", kind: "message" },
      },
    },
  ]);
});

test("a page that is awake tells of it by itself, and is asked for its workspace", async () => {
  const { shown, asked } = await pushed(NEWS, { tells: false }, { tells: true });

  expect(shown).toEqual([]);
  expect(asked).toEqual([{ pushed: TENANT }, { pushed: TENANT }]);
});

test("it is shown where a page is of another workspace, sleeps, or lies within another site's", async () => {
  for (const page of [{ tells: false }, {}, { tells: true, frameType: "nested" }])
    expect((await pushed(NEWS, page)).shown).toHaveLength(1);
});

test("it says who wrote and what where that was pushed, in the language that was chosen", async () => {
  expect(await wordsOf({ name: "Rosa", text: "Is it ready?" })).toEqual(["Rosa", "Is it ready?"]);
  expect(await wordsOf({ name: "Rosa", language: "pt" })).toEqual(["Rosa", "Nova mensagem"]);
  expect(await wordsOf({ kind: "mention", language: "es" })).toEqual([
    "Un compañero te ha mencionado",
    "Sol",
  ]);
  expect(await wordsOf({ kind: "mention", text: "@Ana look" })).toEqual([
    "A colleague mentioned you",
    "@Ana look",
  ]);
  expect(await wordsOf({ kind: "given", name: "Rosa" })).toEqual([
    "A colleague gave you a conversation",
    "Rosa",
  ]);
  expect(await wordsOf({ kind: "due", name: "Rosa" })).toEqual(["Rosa", "It was put off until now"]);
  expect(await wordsOf({ kind: "due" })).toEqual(["A conversation is back", "Sol"]);
  expect(await wordsOf({ kind: "of another version", language: "fr" })).toEqual(["New message", "Sol"]);
});

test("a mention leads to its note", async () => {
  const { shown } = await pushed({ ...NEWS, kind: "mention", line_id: "n1" });

  expect(shown[0]?.options.data).toEqual({ path: "/t/7/inbox/c1?message=n1", kind: "mention" });
});
