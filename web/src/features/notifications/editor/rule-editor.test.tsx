import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Template } from "@/shared/api/templates";
import { TestServer, uuid } from "@/shared/store/testing";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { asksAtReload } from "@/testing/leaving";
import type { KeptRule } from "../api/notifications";
import { RuleEditor } from "./rule-editor";

const ONE = `/api/tenants/${TENANT}/notifications/rules/r1`;
const PUT = `PUT ${ONE}`;
const rule = {
  event: "order.shipped",
  template: "shipped",
  language: "es",
  recipient: "$.phone",
  variables: { "1": { path: "$.name" } },
  conditions: [],
  delay_seconds: 0,
  connection_id: null,
  enabled: true,
  name: null,
};
const kept = { id: "r1", rule } as unknown as KeptRule;
const template = (change: object = {}) =>
  ({
    id: "t1",
    name: "shipped",
    language: "es",
    category: "UTILITY",
    status: "APPROVED",
    components: [{ type: "BODY", text: "Hola {{1}}" }],
    ...change,
  }) as unknown as Template;

const save = () => userEvent.click(screen.getByRole("button", { name: "Save rule" }));

test("a rule whose template Meta does not allow just now can still be changed, and says so", async () => {
  const paused = template({ status: "PAUSED" });
  const other = template({ id: "t2", name: "other" });
  const { asked } = await renderInbox(<RuleEditor kept={kept} templates={[other, paused]} />, {
    api: { [`GET ${ONE}`]: () => ok(kept), [PUT]: () => ok(kept) },
  });
  expect(screen.getByDisplayValue("shipped · es")).toBeTruthy();
  expect(screen.getByText(/Meta does not allow this template/)).toBeTruthy();
  await userEvent.type(screen.getByPlaceholderText("Your order left"), "Shipped");
  await save();

  await waitFor(() => expect(asked.filter(({ method }) => method === "PUT")).toHaveLength(1));
  expect(asked.find(({ method }) => method === "PUT")?.body).toMatchObject({ ...rule, name: "Shipped" });
});

test("what is refused at a value that is not on the page is told all the same", async () => {
  await renderInbox(<RuleEditor kept={kept} templates={[template()]} />, {
    api: {
      [`GET ${ONE}`]: () => ok(kept),
      [PUT]: () => problem(422, "invalid_request", { field: "variables.coupon", detail: "Also coupon." }),
    },
  });
  await save();

  expect(await screen.findByText(/Something in this form is not right/)).toBeTruthy();
});

test("a condition of the wrong kind is put right by a real event and typing it again", async () => {
  const conditions = [{ path: "$.age", test: "equals", value: "31" }];
  const wrong = { id: "r1", rule: { ...rule, conditions } } as unknown as KeptRule;
  const { asked } = await renderInbox(<RuleEditor kept={wrong} templates={[template()]} />, {
    api: { [`GET ${ONE}`]: () => ok(wrong), [PUT]: () => ok(wrong) },
  });
  fireEvent.change(screen.getByLabelText(/sample/i, { selector: "textarea" }), {
    target: { value: '{"phone": "+34600000001", "name": "Ana", "age": 31}' },
  });
  const value = screen.getByLabelText("With what");
  await userEvent.clear(value);
  await userEvent.type(value, "31");
  await save();

  await waitFor(() => expect(asked.filter(({ method }) => method === "PUT")).toHaveLength(1));
  expect(asked.find(({ method }) => method === "PUT")?.body).toMatchObject({
    conditions: [{ path: "$.age", test: "equals", value: 31 }],
  });
});

test("a change that is not saved is asked about before it is lost, and no more once it is saved", async () => {
  const { history } = await renderInbox(<RuleEditor kept={kept} templates={[template()]} />, {
    api: { [`GET ${ONE}`]: () => ok(kept), [PUT]: () => ok(kept) },
  });
  expect(asksAtReload()).toBe(false);
  await userEvent.type(screen.getByPlaceholderText("Your order left"), "Shipped");
  expect(asksAtReload()).toBe(true);

  await save();
  await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/notifications`));
  expect(asksAtReload()).toBe(false);
});

test("a rule that a colleague has switched off meanwhile stays off when something else of it is changed", async () => {
  const off = { ...kept, rule: { ...rule, enabled: false } };
  const { asked } = await renderInbox(<RuleEditor kept={kept} templates={[template()]} />, {
    api: { [`GET ${ONE}`]: () => ok(off), [PUT]: () => ok(off) },
  });
  await userEvent.type(screen.getByPlaceholderText("Your order left"), "Shipped");
  await save();

  await waitFor(() => expect(asked.filter(({ method }) => method === "PUT")).toHaveLength(1));
  expect(asked.find(({ method }) => method === "PUT")?.body).toMatchObject({
    name: "Shipped",
    enabled: false,
  });
});

test("of several numbers a rule stays with the one that it was kept with, also while that one is paused", async () => {
  const [first, usual] = [uuid(7), uuid(8)];
  const server = new TestServer();
  const number = (id: string, status: string) => ({ id, name: id, phone: null, country: null, status });
  server.connections = async () => [
    number(first, "active"),
    number(usual, "error"),
    number(uuid(9), "active"),
  ];
  const old = { ...kept, usual_connection_id: usual };
  const { asked } = await renderInbox(<RuleEditor kept={old} templates={[template()]} />, {
    server,
    api: { [`GET ${ONE}`]: () => ok(old), [PUT]: () => ok(old) },
  });
  await userEvent.type(screen.getByPlaceholderText("Your order left"), "Shipped");
  await save();

  await waitFor(() => expect(asked.filter(({ method }) => method === "PUT")).toHaveLength(1));
  expect(asked.find(({ method }) => method === "PUT")?.body).toMatchObject({ connection_id: usual });
});
