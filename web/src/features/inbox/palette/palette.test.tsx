import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { useShortcut } from "@/shared/keys/use-shortcut";
import { conversationOf, uuid } from "@/shared/store/testing";
import { aSession, ok } from "@/testing/fake-api";
import { INBOX, renderInbox, TENANT } from "@/testing/inbox";
import { filterOf } from "../list/view-filters";
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

describe("somebody who is looked for", () => {
  const SEARCH = `GET /api/tenants/${TENANT}/inbox/search`;
  const found = (number: number, name: string) => {
    const conversation = conversationOf(number);
    const items = [
      { kind: "contact", conversation: { ...conversation, contact: { ...conversation.contact, name } } },
    ];
    return ok({ items, next_cursor: null });
  };

  test("is not mistaken for who was found before all of the name was typed", async () => {
    const answers = [found(1, "Marta"), found(2, "Maria")];
    const { history } = await renderInbox(<Palette />, {
      api: { [SEARCH]: () => answers.shift() ?? found(2, "Maria") },
    });
    const field = await screen.findByRole("textbox");
    await userEvent.type(field, "mar");
    await screen.findByRole("button", { name: /Marta/ });
    await userEvent.type(field, "ia{Enter}");
    expect(history.at(-1)).toBe(INBOX);
    await userEvent.click(await screen.findByRole("button", { name: /Maria/ }));
    await waitFor(() => expect(history.at(-1)).toBe(`${INBOX}/${uuid(2)}`));
  });

  test("is said not to be there once that is known, and not before", async () => {
    let answer: (response: Response) => void = () => undefined;
    const waiting = () =>
      new Promise<Response>((resolve) => {
        answer = resolve;
      });
    await renderInbox(<Palette />, { api: { [SEARCH]: waiting } });
    await userEvent.type(await screen.findByRole("textbox"), "zzz");
    expect(screen.queryByText("Nothing found")).toBeNull();
    await act(() => new Promise((resolve) => setTimeout(resolve, 200))); // asked by then
    expect(screen.queryByText("Nothing found")).toBeNull();
    await act(async () => answer(ok({ items: [], next_cursor: null })));
    await screen.findByText("Nothing found");
  });
});

test("begins a conversation with somebody, where that can be done", async () => {
  const start = vi.fn();
  function Inbox() {
    useShortcut("start", start);
    return <Palette />;
  }
  await renderInbox(<Inbox />);
  await userEvent.type(await screen.findByRole("textbox"), "new conv{Enter}");
  await waitFor(() => expect(start).toHaveBeenCalledOnce());
});

test("another list keeps the filters", async () => {
  sessionStorage.setItem(`curbe.view/${TENANT}/${aSession().user.id}`, "tab=all&unread=1");
  const { history } = await renderInbox(<Palette />);
  await userEvent.click(await screen.findByRole("button", { name: "Inbox: mine" }));
  await waitFor(() => expect(history.at(-1)).toBe(`${INBOX}?tab=mine&unread=1`));
});

test("leads to a view that was saved, by its name", async () => {
  const filter = filterOf({ tab: "unassigned", unread: true });
  const view = { id: uuid(7), name: "Dentist, waiting", shared: true, place: 0, filter, gone: [] };
  const { history } = await renderInbox(<Palette />, {
    api: { [`GET /api/tenants/${TENANT}/inbox/views`]: () => ok({ items: [view], next_cursor: null }) },
  });
  await userEvent.type(await screen.findByRole("textbox"), "dentist");
  await userEvent.click(await screen.findByRole("button", { name: "Dentist, waiting" }));
  await waitFor(() => expect(history.at(-1)).toBe(`${INBOX}?tab=unassigned&unread=1`));
});
