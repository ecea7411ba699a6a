import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { RuleList } from "./rule-list";

const BASE = `/api/tenants/${TENANT}/notifications/rules`;
const kept = (change: object = {}) => ({
  id: "r1",
  rule: {
    event: "order.shipped",
    template: "shipped",
    language: "es",
    recipient: "$.phone",
    variables: {},
    conditions: [],
    delay_seconds: 0,
    connection_id: null,
    enabled: true,
    name: null,
    ...change,
  },
});

test("a switch leaves what a colleague changed meanwhile", async () => {
  const newer = kept({ delay_seconds: 60 });
  const { asked } = await renderInbox(<RuleList />, {
    path: `/t/${TENANT}/notifications`,
    api: {
      [`GET ${BASE}`]: () => ok({ items: [kept()], next_cursor: null }),
      [`GET ${BASE}/r1`]: () => ok(newer),
      [`PUT ${BASE}/r1`]: () => ok(newer),
    },
  });
  await userEvent.click(await screen.findByRole("switch"));

  await waitFor(() => expect(asked.some(({ method }) => method === "PUT")).toBe(true));
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ ...newer.rule, enabled: false });
});
