import { expect, test } from "vitest";
import { providersWords, whyOf } from "./why";
import { whyMessages } from "./why-messages";

const words = whyMessages.en;

test("Meta's code says most", () => {
  expect(whyOf({ reason: "recipient", error_code: 131026 }, words)).toBe(
    "Not on WhatsApp, or with an app too old",
  );
});

test("a code without words falls back on what the no means, and that on something honest", () => {
  expect(whyOf({ reason: "recipient", error_code: 999 }, words)).toBe(
    "WhatsApp cannot deliver to this number",
  );
  expect(whyOf({ reason: "toString", error_code: null }, words)).toBe("Refused");
});

test("who is left out has the gate's reason; who got it has none", () => {
  expect(whyOf({ reason: "opted_out", error_code: null }, words)).toBe(
    "They do not want this kind of message",
  );
  expect(whyOf({ reason: null, error_code: null }, words)).toBeNull();
});

test.each([whyMessages.en, whyMessages.es, whyMessages.pt])(
  "who is left out while a campaign runs has a reason in words",
  (own) => {
    const told = ["duplicate", "sent_again"].map((reason) => whyOf({ reason, error_code: null }, own));
    expect(told).not.toContain(own.unknown);
    expect(new Set(told).size).toBe(2);
  },
);

test("the provider's own words stand beside ours, once", () => {
  const detail = "This person has no WhatsApp. (Message Undeliverable: Message Undeliverable)";
  expect(providersWords(detail, 131026)).toBe("131026 · Message Undeliverable");
  expect(providersWords("No parentheses here", 131026)).toBe("131026");
  expect(providersWords("The person does not want it.", null)).toBeNull();
});
