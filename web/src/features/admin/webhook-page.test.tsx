import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Route } from "wouter";
import { type fakeApi, ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import type { Webhook } from "./api/webhooks";
import { WebhookPage } from "./webhook-page";
import { aDelivery, aWebhook } from "./webhooks/testing";

const BASE = `/api/tenants/${TENANT}/outgoing-webhooks`;
const HOME = `/t/${TENANT}/settings/webhooks`;
const page = (items: object[]) => ok({ items, next_cursor: null });

function shown(webhook: Webhook, api: Parameters<typeof fakeApi>[0] = {}) {
  return renderInbox(
    <Route path="/t/:tenant/settings/webhooks/:webhook">
      <WebhookPage />
    </Route>,
    {
      path: `${HOME}/${webhook.id}`,
      api: {
        [`GET ${BASE}`]: () => page([webhook]),
        [`GET ${BASE}/w1/deliveries`]: () => page([]),
        ...api,
      },
    },
  );
}

const press = async (name: string | RegExp) => userEvent.click(await screen.findByRole("button", { name }));
const choose = async (name: string) => {
  await press("More about CRM");
  await userEvent.click(await screen.findByRole("menuitem", { name, hidden: true }));
};

test("a test that is sent shows its outcome as it comes", async () => {
  const queued = aDelivery({
    type: "ping",
    state: "waiting",
    attempts: 0,
    last_status: null,
    duration_ms: null,
  });
  let now = queued;
  await shown(aWebhook(), {
    [`POST ${BASE}/w1/test`]: () => ok(queued, 202),
    [`GET ${BASE}/w1/deliveries`]: () => page([now]),
  });
  await press("Send a test");
  expect(await screen.findByText("The test is on its way…")).toBeTruthy();

  now = aDelivery({ ...queued, attempts: 1, last_status: 500, last_reason: "status" });
  expect(await screen.findByText(/The test was not taken: it answered 500\./)).toBeTruthy();
});

test("what was not taken says why, in words, and is sent again", async () => {
  const failed = aDelivery({ state: "failed", attempts: 8, last_status: null, last_reason: "timeout" });
  const { asked } = await shown(aWebhook({ failed: 2 }), {
    [`GET ${BASE}/w1/deliveries`]: () => page([failed]),
    [`POST ${BASE}/w1/deliveries/${failed.id}/replay`]: () => ok(failed, 202),
    [`POST ${BASE}/w1/replay-failed`]: () => ok({ replayed: 2 }, 202),
  });
  const entry = within(await screen.findByRole("list", { name: "Deliveries" }));
  expect(entry.getByText("Somebody wrote")).toBeTruthy();
  expect(entry.getByText("it did not answer within 15 seconds · 8 attempts")).toBeTruthy();

  await press(`Send again: ${failed.id}`);
  expect(await screen.findByText("It is sent again")).toBeTruthy();
  await press("Send the 2 that failed again");
  expect(await screen.findByText("Sent again: 2")).toBeTruthy();
  expect(asked.filter(({ method }) => method === "POST").map(({ path }) => path)).toEqual([
    `${BASE}/w1/deliveries/${failed.id}/replay`,
    `${BASE}/w1/replay-failed`,
  ]);
});

test("where nothing that failed can be sent again, that is said", async () => {
  await shown(aWebhook({ failed: 1 }), {
    [`POST ${BASE}/w1/replay-failed`]: () => ok({ replayed: 0 }, 202),
  });
  await press("Send the one that failed again");
  expect(await screen.findByText(/None is sent again/)).toBeTruthy();
});

test("what is no longer kept is not said to be sent again", async () => {
  const old = aDelivery();
  await shown(aWebhook(), {
    [`GET ${BASE}/w1/deliveries`]: () => page([old]),
    [`POST ${BASE}/w1/deliveries/${old.id}/replay`]: () => problem(409, "event_gone"),
  });
  await press(`Send again: ${old.id}`);
  expect(await screen.findByText(/This event is no longer kept/)).toBeTruthy();
});

test("one that gave up says so, and is switched on from where it stopped or from now on", async () => {
  const off = aWebhook({
    enabled: false,
    disabled_reason: "failing",
    last_reason: "unreachable",
    last_status: null,
  });
  const { asked } = await shown(off, { [`PATCH ${BASE}/w1`]: () => ok(aWebhook()) });
  expect(await screen.findByText(/nothing was taken for five days.*No connection came about/)).toBeTruthy();
  await press("Switch on…");
  await userEvent.click(await screen.findByRole("radio", { name: /From now on/ }));
  await press("Switch on");

  await waitFor(() =>
    expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({ enabled: true, from_now: true }),
  );
});

test("one that is off sends no test and nothing again: it is switched on first", async () => {
  await shown(aWebhook({ enabled: false, disabled_reason: "person", failed: 1 }), {
    [`GET ${BASE}/w1/deliveries`]: () => page([aDelivery({ state: "waiting", attempts: 0 })]),
  });
  expect(await screen.findByText("waits until the webhook is on again")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /again|test|Try/i })).toBeNull();
});

test("another secret is shown once, with for how long the one before signs too", async () => {
  await shown(aWebhook(), {
    [`POST ${BASE}/w1/secret`]: () => ok({ webhook: aWebhook(), secret: "whsec_new" }),
  });
  await choose("Change the secret…");
  await press("Change secret");

  expect(await screen.findByDisplayValue("whsec_new")).toBeTruthy();
  expect(screen.getByText(/For 24 hours the secret before signs too/)).toBeTruthy();
  await press("I have copied it");
  await waitFor(() => expect(screen.queryByDisplayValue("whsec_new")).toBeNull());
});

test("one that is deleted was asked about, and leads back to the list", async () => {
  const { history, asked } = await shown(aWebhook(), { [`DELETE ${BASE}/w1`]: () => ok(null, 204) });
  await choose("Delete…");
  expect(asked.some(({ method }) => method === "DELETE")).toBe(false);
  await press("Delete webhook");

  await waitFor(() => expect(history.at(-1)).toBe(HOME));
  const after = asked.slice(asked.findIndex(({ method }) => method === "DELETE") + 1);
  expect(after.filter(({ path }) => path.includes("/w1"))).toEqual([]);
});
