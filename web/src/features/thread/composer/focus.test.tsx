/** Whoever chooses something in the composer goes on writing without reaching for the mouse; and what cannot go says so. */

import { notifications } from "@mantine/notifications";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { runShortcut } from "@/shared/keys/use-shortcut";
import { conversationOf, ME, messageOf, TestServer, uuid } from "@/shared/store/testing";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { ThreadPane } from "../thread-pane";

const OPEN = "2999-01-01T00:00:00Z";
const CLOSED = "2020-01-01T00:00:00Z";
const CONVERSATION = uuid(1);

let server: TestServer;

beforeEach(() => {
  localStorage.clear();
  notifications.clean();
  // What floats is hidden where what it belongs to has no place, and nothing has one without a screen.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
  server = new TestServer();
  server.put(conversationOf(1, { window_closes_at: OPEN }));
  server.say(messageOf(1, CONVERSATION, { text: "Do you open on Saturday?" }));
});

async function opened(api = {}) {
  const pane = <ThreadPane conversationId={CONVERSATION} messageId={null} />;
  const shown = await renderInbox(pane, { server, api });
  await screen.findByRole("tab", { name: "Reply" });
  return shown;
}

const replyField = () => screen.findByRole<HTMLTextAreaElement>("combobox", { name: /write to person 1/i });
const noteField = () => screen.findByRole<HTMLTextAreaElement>("combobox", { name: /internal note/i });
const focused = (field: HTMLElement) => waitFor(() => expect(document.activeElement).toBe(field));
const tab = (name: string) => screen.getByRole("tab", { name });
const aFile = () => new File(["bytes"], "plan.pdf", { type: "application/pdf" });
const drop = (on: Element) => fireEvent.drop(on, { dataTransfer: { types: ["Files"], files: [aFile()] } });

describe("the caret is in the field", () => {
  test("once a note or a reply was chosen by a click", async () => {
    await opened();
    await userEvent.click(tab("Internal note"));
    await focused(await noteField());
    await userEvent.click(tab("Reply"));
    await focused(await replyField());
  });

  test("not once the tabs were turned by the keyboard, which stays among them", async () => {
    await opened();
    tab("Reply").focus();
    await userEvent.keyboard("{ArrowRight}");
    expect(document.activeElement).toBe(tab("Internal note"));
    await userEvent.keyboard("{ArrowLeft}");
    expect(document.activeElement).toBe(tab("Reply"));
  });

  test("once a file was taken out, or what was quoted", async () => {
    await opened();
    const field = await replyField();
    drop(field);
    await userEvent.click(await screen.findByRole("button", { name: "Remove plan.pdf" }));
    await focused(field);
    await userEvent.type(field, "{ArrowUp}");
    await userEvent.click(await screen.findByRole("button", { name: "Do not quote" }));
    await focused(field);
  });

  test("behind what was written before, where a draft is gone back to", async () => {
    const placed = vi.spyOn(HTMLTextAreaElement.prototype, "setSelectionRange");
    const { store, unmount } = await opened();
    store.drafts.set(CONVERSATION, "note", "Call her");
    unmount();
    await opened();
    expect(placed).not.toHaveBeenCalled(); // nothing is written there
    await userEvent.click(tab("Internal note"));
    await focused(await noteField());
    expect(placed.mock.calls).toEqual([[8, 8]]);
  });

  // By what stands in it: among two thousand emoji, to look for a role takes seconds.
  async function emojiOpened(): Promise<HTMLElement> {
    await userEvent.click(screen.getByRole("button", { name: "Emoji" }));
    const search = await screen.findByPlaceholderText("Search emoji");
    await waitFor(() =>
      expect(search.closest('[role="dialog"]')?.contains(document.activeElement)).toBe(true),
    );
    return search;
  }

  test("once an emoji was picked", async () => {
    const { store } = await opened();
    const field = await replyField();
    await userEvent.type(field, "Yes");
    const search = await emojiOpened();
    fireEvent.change(search, { target: { value: "thumbs up" } });
    await waitFor(() => expect(screen.queryByText("😀")).toBeNull());
    fireEvent.keyDown(search, { key: "Enter", isComposing: true }); // takes a word of the input method's
    expect(field.value).toBe("Yes");
    await userEvent.type(search, "{Enter}");
    await focused(field);
    expect(field.value).toBe("Yes👍");
    await userEvent.keyboard("{Enter}");
    expect([...store.outbox.all()].map(({ text }) => text)).toEqual(["Yes👍"]);
  });

  test.each(["Template", "Buttons, list or link"])("once %s was closed without one", async (name) => {
    await opened({ [`GET /api/tenants/${TENANT}/templates`]: () => ok({ items: [], next_cursor: null }) });
    const field = await replyField();
    await userEvent.click(screen.getByRole("button", { name: new RegExp(name) }));
    await screen.findByRole("dialog");
    await userEvent.click(await screen.findByRole("button", { name: "Close" }));
    await focused(field);
  });

  test("once the emoji were closed without one", async () => {
    await opened();
    await emojiOpened();
    await userEvent.keyboard("{Escape}");
    await focused(await replyField());
  });
});

describe("files", () => {
  test("that are dropped while a note is written turn to the reply, where they are seen", async () => {
    await opened();
    await userEvent.click(tab("Internal note"));
    drop(await noteField());
    await screen.findByText("plan.pdf");
    expect(tab("Reply").getAttribute("aria-selected")).toBe("true");
    await focused(await replyField());
  });

  test("that are pasted into a note go nowhere, and the field says so", async () => {
    const { store } = await opened();
    await userEvent.click(tab("Internal note"));
    fireEvent.paste(await noteField(), { clipboardData: { files: [aFile()], types: ["Files"] } });
    await screen.findByText(/A note holds words alone/);
    expect(store.held.any()).toBe(false);
  });

  const copied = (data: Record<string, string>) => ({
    clipboardData: {
      files: [new File(["bytes"], "image.png", { type: "image/png" })],
      types: [...Object.keys(data), "Files"],
      getData: (type: string) => data[type] ?? "",
    },
  });

  test("are not what somebody means who pastes cells of a sheet, which bring a picture of themselves", async () => {
    const { store } = await opened();
    const sheet = { "text/plain": "Monday\t9:00", "text/html": "<table></table>", "text/rtf": "{}" };
    const isLeftToTheBrowser = fireEvent.paste(await replyField(), copied(sheet));
    expect([isLeftToTheBrowser, store.held.any()]).toEqual([true, false]);
  });

  test.each([
    ["a file, which brings its name", { "text/plain": "plan.png" }],
    ["a picture of a page, which brings its address", { "text/html": '<img src="/plan.png">' }],
  ])("are what somebody means who pastes %s", async (_, data) => {
    const { store } = await opened();
    expect(fireEvent.paste(await replyField(), copied(data))).toBe(false);
    await waitFor(() => expect(store.held.of(CONVERSATION)).toHaveLength(1));
  });

  test("cannot be attached while the window is closed, and the key for it says why", async () => {
    server.put(conversationOf(1, { window_closes_at: CLOSED, version: 2 }));
    const { container } = await opened();
    const chosen = vi.spyOn(container.querySelector('input[type="file"]') as HTMLInputElement, "click");
    act(() => void runShortcut("attach"));
    await screen.findByText("Files can be sent once the person has written again.");
    expect(chosen).not.toHaveBeenCalled();
  });
});

test("files cannot be sent in a conversation that is archived, and it is not the person who is waited for", async () => {
  server.put(conversationOf(1, { window_closes_at: OPEN, state: "archived", version: 2 }));
  const pane = <ThreadPane conversationId={CONVERSATION} messageId={null} />;
  const { store } = await renderInbox(pane, { server });
  const over = await screen.findByText("This conversation is archived.");
  fireEvent.dragEnter(over, { dataTransfer: { types: ["Files"] } });
  await screen.findByText("Nothing can be sent in this conversation.");
  drop(over);
  expect([screen.queryByText("Nothing can be sent in this conversation."), store.held.any()]).toEqual([
    null,
    false,
  ]);
  act(() => void runShortcut("attach"));
  await screen.findByText("Nothing can be sent in this conversation.");
});

describe("a draft that the window closed over", () => {
  const closing = async () => {
    const shown = await opened();
    await userEvent.type(await replyField(), "At nine, as always");
    server.happen("conversation_updated", conversationOf(1, { window_closes_at: CLOSED, version: 2 }));
    await screen.findByText("The 24-hour window is closed");
    return shown;
  };

  test("is still in sight, and can be copied", async () => {
    await closing();
    screen.getByText("At nine, as always");
    await userEvent.click(screen.getByRole("button", { name: "Copy" }));
    expect(await navigator.clipboard.readText()).toBe("At nine, as always");
  });

  test("becomes a note behind none that is there", async () => {
    const { store } = await closing();
    await userEvent.click(screen.getByRole("button", { name: "Make it a note" }));
    const field = await noteField();
    expect(field.value).toBe("At nine, as always");
    await focused(field);
    expect(store.drafts.get(CONVERSATION, "reply")).toBe("");
  });
});

describe("a note", () => {
  const NOTE = {
    kind: "note" as const,
    id: uuid(70),
    conversation_id: CONVERSATION,
    author: `user:${ME}`,
    body: "Call her",
    mentions: [],
    created_at: "2026-11-20T12:00:05Z",
  };
  const DELETE = `DELETE /api/tenants/${TENANT}/inbox/conversations/${CONVERSATION}/notes/${NOTE.id}`;

  test("is deleted after a question alone", async () => {
    const { store, asked } = await opened({ [DELETE]: () => ok(null, 204) });
    await act(async () => store.putAnnotation(NOTE));
    const press = async () => userEvent.click(await screen.findByRole("button", { name: "Delete note" }));
    await press();
    await screen.findByRole("dialog");
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(asked.some(({ method }) => method === "DELETE")).toBe(false);

    await press();
    const dialog = await screen.findByRole("dialog");
    await userEvent.click([...dialog.querySelectorAll("button")].at(-1) as HTMLElement);
    await screen.findByText("Deleted note");
    expect(asked.filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  test("that could not be deleted stays, and the question says why", async () => {
    const { store } = await opened({ [DELETE]: () => problem(503, "unavailable") });
    await act(async () => store.putAnnotation(NOTE));
    await userEvent.click(await screen.findByRole("button", { name: "Delete note" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.click([...dialog.querySelectorAll("button")].at(-1) as HTMLElement);
    await waitFor(() => expect(dialog.querySelector('[role="alert"]')).not.toBeNull());
    screen.getByText("Call her");
  });
});
