import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { aSession } from "@/testing/fake-api";
import { INBOX, renderInbox, TENANT } from "@/testing/inbox";
import { Palette } from "./palette";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

test.each([
  ["Campaigns", "campaigns"],
  ["Templates", "templates"],
  ["Reports", "reports"],
  ["Notifications", "notifications"],
  ["Automations", "automations"],
  ["Workspace settings", "settings/general"],
  ["Security", "settings/security"],
  ["Keywords", "settings/keywords"],
  ["Consents", "settings/consents"],
  ["API keys", "settings/keys"],
  ["Outgoing webhooks", "settings/webhooks"],
  ["Audit log", "settings/audit"],
])("leads to every place of the workspace: %s", async (name, place) => {
  const { history } = await renderInbox(<Palette />);
  await userEvent.click(await screen.findByRole("button", { name }));
  await waitFor(() => expect(history.at(-1)).toBe(`/t/${TENANT}/${place}`));
});

test("another list keeps the filters", async () => {
  sessionStorage.setItem(`curbe.view/${TENANT}/${aSession().user.id}`, "tab=all&unread=1");
  const { history } = await renderInbox(<Palette />);
  await userEvent.click(await screen.findByRole("button", { name: "Inbox: mine" }));
  await waitFor(() => expect(history.at(-1)).toBe(`${INBOX}?tab=mine&unread=1`));
});
