import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { preferences, setPreferences } from "@/shared/lib/preferences";
import { pushState } from "@/shared/push/use-push";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { aSession, fakeApi, ok } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { PushChoice } from "./push-choice";

const session = aSession();
const TENANT = session.memberships[0]?.tenant_id ?? "";
const HERE = `/api/tenants/${TENANT}/push-subscriptions`;

const browser = (id: string, device: string | null, failing_since: string | null = null) => ({
  id,
  device,
  failing_since,
  ...{ whose: "mine", with_content: false, last_told_at: null },
  ...{ created_at: "2026-11-30T12:00:00Z", updated_at: "2026-11-30T12:00:00Z" },
});

beforeEach(() => {
  localStorage.clear();
  pushState.set("off");
  setPreferences({ push: false, pushContent: false });
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("PushManager", class {});
  vi.stubGlobal("Notification", { permission: "granted" });
  Object.defineProperty(navigator, "serviceWorker", { value: new EventTarget(), configurable: true });
  return () => Reflect.deleteProperty(navigator, "serviceWorker");
});

function shown(...items: object[]) {
  const { asked } = fakeApi({
    [`GET ${HERE}`]: () => ok({ public_key: "BA", items }),
    [`DELETE ${HERE}/s2`]: () => {
      items.pop();
      return ok(null, 204);
    },
  });
  const [membership] = session.memberships;
  if (!membership) throw new Error("a session has a workspace");
  renderAt(
    "/t/1/settings/profile",
    <SessionValue session={session}>
      <TenantValue membership={membership}>
        <PushChoice />
      </TenantValue>
    </SessionValue>,
  );
  return () => asked.map(({ method, path }) => `${method} ${path}`);
}

test("it is off until somebody wants it, and says who wrote only where they want that too", async () => {
  shown();
  expect(screen.queryByText("Say who wrote, and what")).toBeNull();

  await userEvent.click(screen.getByText("Also while no page is open"));
  expect([preferences().push, preferences().pushContent]).toEqual([true, false]);

  await userEvent.click(screen.getByText("Say who wrote, and what"));
  expect(preferences().pushContent).toBe(true);
});

test("it says why a browser is not told", async () => {
  setPreferences({ push: true });
  shown();
  for (const [state, words] of [
    ["asking", "Asking the browser's push service…"],
    ["unavailable", "Whoever operates this installation has turned it off."],
    ["failed", "The push service of this browser did not answer, or is not allowed here."],
  ] as const) {
    pushState.set(state);
    await screen.findByText(words);
  }
  pushState.set("on");
  await waitFor(() => expect(screen.queryByText(/push service of this browser/)).toBeNull());
});

test("before notifications are allowed it asks for that first", async () => {
  vi.stubGlobal("Notification", { permission: "default" });
  setPreferences({ push: true });
  shown();

  await screen.findByText("Allow notifications first.");
});

test("a browser that cannot says so", () => {
  vi.stubGlobal("PushManager", undefined);
  Reflect.deleteProperty(globalThis, "PushManager");
  shown();

  expect(screen.getByText(/This browser cannot/)).toBeTruthy();
  expect(screen.queryByRole("switch")).toBeNull();
});

test("all browsers of the person are listed, and any other one is told no more at a press", async () => {
  localStorage.setItem("curbe.push", JSON.stringify({ userId: session.user.id, ids: { [TENANT]: "s1" } }));
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const asked = shown(browser("s1", firefox), browser("s2", null, "2026-11-30T12:00:00Z"));

  const [here, other] = await screen.findAllByRole("listitem");
  expect(here?.textContent).toBe("Firefox · Linux (this one)");
  expect(other?.textContent).toContain("A browser (not reached of late)");
  await userEvent.click(within(other as HTMLElement).getByRole("button", { name: "Tell no more" }));

  await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(1));
  expect(asked()).toContain(`DELETE ${HERE}/s2`);
});
