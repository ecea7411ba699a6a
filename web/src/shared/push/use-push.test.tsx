/** What a page makes of a browser's subscription: who is told there, with which key, and until when. */

import { screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setPreferences } from "@/shared/lib/preferences";
import { useSignal } from "@/shared/lib/signal";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { pushState, usePush } from "./use-push";

const TENANT = aSession().memberships[0]?.tenant_id ?? "";
const HERE = `/api/tenants/${TENANT}/push-subscriptions`;
const KEY = "BAEC"; // 04 01 02

/** The subscription of this browser, if it has one, and how often one was made. */
let kept: { key: string; unsubscribe: () => Promise<boolean> } | null;
let made: number;

const bytes = (key: string) => Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));

function subscription(key: string) {
  const one = {
    key,
    options: { applicationServerKey: bytes(key).buffer },
    toJSON: () => ({ endpoint: `https://push.example.org/${made}`, keys: { p256dh: "P", auth: "A" } }),
    unsubscribe: async () => {
      kept = null;
      return true;
    },
  };
  kept = one;
  return one;
}

beforeEach(() => {
  kept = null;
  made = 0;
  localStorage.clear();
  pushState.set("off");
  const pushManager = {
    getSubscription: async () => kept,
    subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => {
      made += 1;
      return subscription(btoa(String.fromCharCode(...applicationServerKey)));
    },
  };
  const registration = { pushManager, getNotifications: async () => [] };
  const container = Object.assign(new EventTarget(), {
    register: async () => registration,
    ready: Promise.resolve(registration),
    getRegistration: async () => registration,
  });
  Object.defineProperty(navigator, "serviceWorker", { value: container, configurable: true });
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("Notification", { permission: "granted" });
  setPreferences({ push: true, pushContent: false, notifications: "mine" });
});

afterEach(() => {
  Reflect.deleteProperty(navigator, "serviceWorker");
  setPreferences({ push: false, pushContent: false, notifications: "mine" });
});

function Page() {
  usePush();
  return <p>{useSignal(pushState)}</p>;
}

function opened({ public_key = KEY as string | null, userId = "u1", embedded = false } = {}) {
  const session = aSession({ embedded, user: { ...aSession().user, id: userId } });
  const [membership] = session.memberships;
  if (!membership) throw new Error("a session has a workspace");
  const { asked } = fakeApi({
    [`GET ${HERE}`]: () => ok({ public_key, items: [] }),
    [`PUT ${HERE}`]: () => ok({ id: "s1" }),
    [`DELETE ${HERE}/s1`]: () => ok(null, 204),
  });
  const { unmount } = renderAt(
    `/t/${TENANT}/inbox`,
    <SessionValue session={session}>
      <TenantValue membership={membership}>
        <Page />
      </TenantValue>
    </SessionValue>,
  );
  return { asked, unmount };
}

test("a browser whose person wants it is told, of what they chose", async () => {
  setPreferences({ notifications: "all", pushContent: true });
  const { asked } = opened();

  await screen.findByText("on");
  expect(asked.at(-1)).toMatchObject({
    method: "PUT",
    body: {
      endpoint: "https://push.example.org/1",
      p256dh: "P",
      auth: "A",
      signer: KEY,
      whose: "all",
      with_content: true,
      language: "en",
    },
  });
});

test("a page that is opened again keeps the subscription, and makes another where the key is another or the person is", async () => {
  for (const [userId, public_key, count] of [
    ["u1", KEY, 1],
    ["u1", KEY, 1],
    ["u1", "BAED", 2],
    ["u2", "BAED", 3],
  ] as const) {
    pushState.set("off");
    const { unmount } = opened({ userId, public_key });
    await screen.findByText("on");
    expect(made).toBe(count);
    unmount();
  }
});

test("turned off, it is told nothing any more, and its workspace knows", async () => {
  const { asked } = opened();
  await screen.findByText("on");

  setPreferences({ push: false });

  await screen.findByText("off");
  expect(kept).toBeNull();
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toContain(`DELETE ${HERE}/s1`);
});

test("whoever signs in where somebody else was told, and does not want it, is told nothing of theirs", async () => {
  subscription(KEY);
  setPreferences({ push: false });
  opened({ userId: "u2" });

  await waitFor(() => expect(kept).toBeNull());
});

test("nothing is asked for before notifications are allowed, nor within another site's page", async () => {
  opened({ embedded: true });
  vi.stubGlobal("Notification", { permission: "default" });
  const { asked } = opened();

  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([asked, made]).toEqual([[], 0]);
});

test("an installation that pushes nothing says so, and a refusal is told", async () => {
  const { unmount } = opened({ public_key: null });
  await screen.findByText("unavailable");
  unmount();

  opened({ public_key: "no key!" });
  await screen.findByText("failed");
});
