import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { TenantValue } from "@/shared/session/session-context";
import { fakeApi, ok } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { RuleList } from "./rule-list";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
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
  const { asked } = fakeApi({
    [`GET ${BASE}`]: () => ok({ items: [kept()], next_cursor: null }),
    [`GET ${BASE}/r1`]: () => ok(newer),
    [`PUT ${BASE}/r1`]: () => ok(newer),
  });
  const membership = {
    tenant_id: TENANT,
    tenant_name: "Acme",
    role: "admin",
    scopes: ["notifications:write"],
  } as never;
  renderAt(
    `/t/${TENANT}/notifications`,
    <TenantValue membership={membership}>
      <RuleList />
    </TenantValue>,
  );
  await userEvent.click(await screen.findByRole("switch"));

  await waitFor(() => expect(asked.some(({ method }) => method === "PUT")).toBe(true));
  expect(asked.find(({ method }) => method === "PUT")?.body).toEqual({ ...newer.rule, enabled: false });
});
