import { expect, test } from "vitest";
import { frameMessages } from "./messages";
import { pageNameOf } from "./page-name";
import { placesOf } from "./places";

test("a page is called by its place, and a page of the settings or of the platform by its own name", () => {
  const places = placesOf("/t/1", () => true, true);
  const named = (location: string) => pageNameOf(location, places, frameMessages.en);

  expect(named("/t/1/inbox/2")).toBe("Inbox");
  expect(named("/t/1/campaigns/new")).toBe("Campaigns");
  expect(named("/t/1/settings/keys")).toBe("API keys");
  expect(named("/t/1/settings/webhooks/2")).toBe("Outgoing webhooks");
  expect(named("/t/1/settings/live")).toBe("Settings");
  expect(named("/operator/quarantine")).toBe("Quarantine");
  expect(named("/connect/whatsapp")).toBeNull();
});
