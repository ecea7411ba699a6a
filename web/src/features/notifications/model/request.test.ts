import { expect, test } from "vitest";
import type { Rule } from "../api/notifications";
import { requestFor, sampleOfAll } from "./request";

const rule = (more: Partial<Rule>): Rule => ({
  event: "order.shipped",
  template: "t",
  language: "es",
  recipient: "$.customer.phone",
  delay_seconds: 0,
  enabled: true,
  ...more,
});

test("a sample has what each rule of the event reads", () => {
  const sample = sampleOfAll([
    rule({ variables: { "1": { path: "$.customer.name" }, "2": { value: "x" } } }),
    rule({
      recipient: "$.driver.phone",
      conditions: [
        { path: "$.total", test: "greater", value: 50 },
        { path: "$.country", test: "in", value: ["ES", "PT"] },
      ],
    }),
  ]);

  expect(sample).toEqual({
    customer: { phone: "+34600000001", name: "name" },
    driver: { phone: "+34600000001" },
    total: 51,
    country: "ES",
  });
});

test("the request is one line of a shell, whatever stands in the event", () => {
  const line = requestFor({
    origin: "https://curbe.example",
    tenantId: "t-1",
    event: "e",
    data: { name: "O'Hara" },
  });

  expect(line).toContain("'https://curbe.example/api/tenants/t-1/notifications/events'");
  expect(line).toContain(String.raw`O'\''Hara`);
});
