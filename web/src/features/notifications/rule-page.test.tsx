import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Route } from "wouter";
import { TenantValue } from "@/shared/session/session-context";
import { StoreContext } from "@/shared/store/hooks";
import { bed, setUp } from "@/shared/store/testing-bed";
import { fakeApi, ok, problem } from "@/testing/fake-api";
import { renderAt } from "@/testing/render";
import { NotificationRulePage } from "./rule-page";

const TENANT = "0190aaaa-0000-7000-8000-000000000001";
const API = `/api/tenants/${TENANT}`;
const RULES = `${API}/notifications/rules`;
const TEMPLATE = {
  id: "t-1",
  name: "order_update",
  language: "es",
  status: "APPROVED",
  category: "UTILITY",
  components: [{ type: "BODY", text: "Hola {{name}}, tu pedido {{order}} va en camino." }],
};
const RULE = {
  event: "order.shipped",
  template: "order_update",
  language: "es",
  recipient: "$.customer.phone",
  variables: { name: { path: "$.customer.name", default: "cliente" }, order: { path: "$.lines[0].sku" } },
  conditions: [],
  delay_seconds: 7200,
  connection_id: null,
  enabled: true,
  name: null,
};
const SAMPLE = JSON.stringify({
  event: "order.shipped",
  data: { customer: { phone: "+34 611 000 001", name: "Ana" }, lines: [{ sku: "1042" }] },
});

setUp();

function opened(id: string, handlers: Parameters<typeof fakeApi>[0] = {}) {
  const rules = [{ id: "r-1", rule: RULE, updated_by: "user:1", created_at: "", updated_at: "" }];
  const { asked } = fakeApi({
    [`GET ${RULES}`]: () => ok({ items: rules, next_cursor: null }),
    [`GET ${API}/templates`]: () => ok({ items: [TEMPLATE], next_cursor: null }),
    ...handlers,
  });
  const membership = { tenant_id: TENANT, tenant_name: "Acme", role: "admin", scopes: [] } as never;
  const rendered = renderAt(
    `/t/${TENANT}/notifications/rules/${id}`,
    <StoreContext value={bed.store}>
      <TenantValue membership={membership}>
        <Route path="/t/:tenant/notifications/rules/:rule" component={NotificationRulePage} />
      </TenantValue>
    </StoreContext>,
  );
  return { ...rendered, sent: () => asked.filter(({ method }) => method !== "GET") };
}

const phone = () => screen.getByRole("region", { name: "On the phone" });

test("a pasted event fills in what it makes plain, the rest is picked from it, and the phone shows it", async () => {
  const { sent, history } = opened("new", { [`POST ${RULES}`]: () => ok({}, 201) });
  const sample = await screen.findByLabelText("A sample of the event");
  fireEvent.change(sample, { target: { value: SAMPLE } });
  const value = (name: string) => screen.getByRole<HTMLInputElement>("combobox", { name }).value;
  expect(screen.getByLabelText<HTMLInputElement>("Event").value).toBe("order.shipped");
  expect(value("Where the phone number stands")).toBe("$.customer.phone");

  await userEvent.click(screen.getByRole("combobox", { name: "Which template?" }));
  await userEvent.click(await screen.findByRole("option", { name: /order_update/ }));
  const order = screen.getByRole("group", { name: "In the text: {{order}}" });
  await userEvent.click(screen.getByRole("button", { name: "Create rule" }));
  expect(within(order).getByText("This is missing")).toBeDefined();
  expect(sent()).toEqual([]);
  await userEvent.click(within(order).getByRole("combobox"));
  await userEvent.click(await screen.findByRole("option", { name: /lines\[0\]\.sku/ }));

  expect(phone().textContent).toContain("Hola Ana, tu pedido 1042 va en camino.");
  await userEvent.click(screen.getByRole("button", { name: "Create rule" }));
  await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/notifications`));
  expect(sent()[0]?.body).toMatchObject({
    event: "order.shipped",
    variables: { name: { path: "$.customer.name" }, order: { path: "$.lines[0].sku" } },
    delay_seconds: 0,
  });
});

test("what the server refuses is told at its field", async () => {
  opened("r-1", {
    [`PUT ${RULES}/r-1`]: () =>
      problem(422, "invalid_request", { field: "variables.order.path", detail: "It is no path." }),
  });
  const order = await screen.findByRole("group", { name: "In the text: {{order}}" });
  expect(within(order).getByRole<HTMLInputElement>("combobox").value).toBe("$.lines[0].sku");
  await userEvent.click(screen.getByRole("button", { name: "Save rule" }));

  expect(await within(order).findByText(/It is no path/)).toBeDefined();
});

test("a rule is tried with its sample, and what would happen is said in words", async () => {
  const { sent } = opened("r-1", {
    [`POST ${API}/notifications/dry-run`]: () =>
      ok({
        state: "refused",
        reason: "opted_out",
        detail: "x",
        recipient: "+34600000001",
        due_at: "2026-11-28T12:00:00Z",
      }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "Try with the sample" }));

  expect(await screen.findByText("They do not want this kind of message")).toBeDefined();
  expect(sent()[0]?.body).toMatchObject({ rule: RULE, data: { customer: { phone: "+34600000001" } } });
});
