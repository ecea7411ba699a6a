import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { formatOf } from "@/shared/i18n/format";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { History } from "./history";

const WAITING = {
  id: "1",
  rule_id: "2",
  event: "order.shipped",
  event_id: "order-1",
  state: "waiting",
  recipient: "+34611000001",
  received_at: "2026-03-01T10:00:00Z",
  due_at: "2026-03-01T10:00:00Z",
  done_at: null,
  conversation_id: null,
  message_id: null,
  message_status: null,
  detail: null,
  reason: null,
  failure: null,
  error_code: null,
};

const answers = (one: object) => ({
  [`GET /api/tenants/${TENANT}/notifications/rules`]: () => ok({ items: [], next_cursor: null }),
  [`GET /api/tenants/${TENANT}/notifications/history`]: () => ok({ items: [one], next_cursor: null }),
});

test("what waits says on which day and at which time it goes out, today too", async () => {
  const at = new Date();
  at.setHours(23, 59, 0, 0);
  await renderInbox(<History />, { api: answers({ ...WAITING, due_at: at.toISOString() }) });
  const format = formatOf("en");
  expect((await screen.findByText(/Goes out/)).textContent).toBe(
    `Goes out ${format.date(at)}, ${format.time(at)}`,
  );
});

test("what waits past its time says what its number waits for", async () => {
  await renderInbox(<History />, { api: answers({ ...WAITING, reason: "account_restricted" }) });

  expect(await screen.findByText(/Meta lets the account write to nobody first for now/)).toBeTruthy();
  expect(screen.queryByText(/Goes out/)).toBeNull();
});

test("what was narrowed to a rule that is deleted meanwhile says so, as it hides the rest", async () => {
  const rule = { event: "order.shipped", name: "Left the shop" };
  let rules: object[] = [{ id: "r1", rule }];
  const api = {
    [`GET /api/tenants/${TENANT}/notifications/rules`]: () => ok({ items: rules, next_cursor: null }),
    [`GET /api/tenants/${TENANT}/notifications/history`]: () => ok({ items: [], next_cursor: null }),
  };
  const { unmount } = await renderInbox(<History />, { api });
  await userEvent.click(await screen.findByRole("combobox", { name: "Rule" }));
  await userEvent.click(await screen.findByRole("option", { name: /Left the shop/, hidden: true }));
  unmount();
  rules = [];
  await renderInbox(<History />, { api });

  expect(await screen.findByDisplayValue("A rule that was deleted")).toBeTruthy();
});
