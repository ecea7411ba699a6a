import { expect, test } from "vitest";
import { isAddress, nameOf, standingOf } from "./standing";
import { aWebhook } from "./testing";

test("a webhook that is off is not called failing, and one that fails is not called healthy", () => {
  const since = "2026-03-01T10:00:00Z";
  const standings = [
    aWebhook(),
    aWebhook({ last_delivered_at: null }),
    aWebhook({ failing_since: since }),
    aWebhook({ enabled: false, disabled_reason: "failing", failing_since: since }),
    aWebhook({ enabled: false, disabled_reason: "gone", failing_since: since }),
    aWebhook({ enabled: false, disabled_reason: "person", failing_since: since }),
  ].map(standingOf);
  expect(standings).toEqual(["healthy", "untried", "failing", "given_up", "gone", "off"]);
});

test("a webhook that nobody described is called by its server", () => {
  expect(nameOf(aWebhook())).toBe("CRM");
  expect(nameOf(aWebhook({ description: " " }))).toBe("crm.example.com");
});

test("half an address is none", () => {
  expect(["https://a.example/x", "HTTP://10.0.0.1:8080"].every(isAddress)).toBe(true);
  expect(["", "a.example", "https://", "ftp://a.example", "javascript:alert(1)"].some(isAddress)).toBe(false);
});
