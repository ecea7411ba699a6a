import { notifications } from "@mantine/notifications";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Route } from "wouter";
import { Problem } from "@/shared/api/problem";
import { useShortcuts } from "@/shared/keys/use-shortcut";
import { jumpsAsked } from "@/shared/lib/frame";
import { TenantValue } from "@/shared/session/session-context";
import { conversationOf, ME, messageOf, TestServer, timeAt, uuid } from "@/shared/store/testing";
import type { Conversation } from "@/shared/store/types";
import { ok } from "@/testing/fake-api";
import { INBOX, renderInbox, TENANT } from "@/testing/inbox";
import { ListPane } from "./list-pane";

let server: TestServer;

beforeEach(() => {
  notifications.clean();
  localStorage.clear();
  sessionStorage.clear();
  // Nothing has a size without a screen, and a list without a height has no rows.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(320);
  server = new TestServer();
  server.pageSize = 50;
});

function put(number: number, change: Partial<Conversation> = {}): Conversation {
  const last = messageOf(number, uuid(number), { text: `Words ${number}` });
  const { id, direction, type, text, status, created_at } = last;
  return server.put(
    conversationOf(number, { last_message: { id, direction, type, text, status, created_at }, ...change }),
  );
}

function Screen({ selected = null }: { selected?: string | null }) {
  useShortcuts();
  return <ListPane selected={selected} templateForm={() => null} />;
}

/** With the conversation open that the address names. */
function AtAddress() {
  return (
    <Route<{ conversation?: string }> path="/t/:tenant/inbox/:conversation?">
      {({ conversation }) => <Screen selected={conversation ?? null} />}
    </Route>
  );
}

const rows = () => screen.findAllByRole("option");
const names = async () => (await rows()).map((row) => row.querySelector("bdi")?.textContent);

describe("the list", () => {
  test("opens the row that was pressed, also where it moves away under the pointer", async () => {
    put(1);
    put(2);
    const { history } = await renderInbox(<AtAddress />, { server });
    const [first] = await rows();
    const space = first?.parentElement as HTMLElement;
    fireEvent.pointerDown(first as HTMLElement, { clientX: 50, clientY: 20 });
    fireEvent.click(space, { clientX: 90, clientY: 60 }); // let go elsewhere: drawn, not clicked
    expect(history.at(-1)).not.toContain(uuid(2));
    fireEvent.pointerDown(first as HTMLElement, { clientX: 50, clientY: 20 });
    fireEvent.click(space, { clientX: 50, clientY: 21 });
    await waitFor(() => expect(history.at(-1)).toContain(`${INBOX}/${uuid(2)}`));
  });

  test("shows who wrote, what, and how much is unread, the latest first", async () => {
    put(1);
    put(2, { unread_count: 3 });
    await renderInbox(<Screen />, { server });
    expect(await names()).toEqual(["Person 2", "Person 1"]);
    const [first] = await rows();
    expect(first?.textContent).toContain("Words 2");
    expect(first?.getAttribute("aria-posinset")).toBe("1");
    expect(first?.getAttribute("aria-setsize")).toBe("2");
    within(first as HTMLElement).getByRole("img", { name: "3 unread messages" });
  });

  test("moves a conversation to the top when somebody writes in it", async () => {
    put(1);
    put(2);
    await renderInbox(<Screen />, { server });
    await rows();
    const now = put(1, { last_message_at: timeAt(99), unread_count: 1, version: 2 });
    server.happen("conversation_updated", now);
    await waitFor(async () => expect(await names()).toEqual(["Person 1", "Person 2"]));
  });

  test("is gone through with the keys, and Enter opens", async () => {
    for (const number of [1, 2, 3]) put(number);
    const { history } = await renderInbox(<Screen />, { server });
    await rows();
    await userEvent.tab();
    while (document.activeElement?.getAttribute("role") !== "listbox") await userEvent.tab();
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(history.at(-1)).toContain(`${INBOX}/${uuid(1)}`);
  });

  test("is gone through from wherever the focus is, with Alt and J and K", async () => {
    for (const number of [1, 2, 3]) put(number);
    const { history } = await renderInbox(<Screen selected={uuid(2)} />, { server });
    await rows();
    await userEvent.keyboard("{Alt>}[KeyJ]{/Alt}");
    expect(history.at(-1)).toContain(`${INBOX}/${uuid(1)}`);
    await userEvent.keyboard("{Alt>}[KeyK]{/Alt}");
    expect(history.at(-1)).toContain(`${INBOX}/${uuid(3)}`);
  });

  test("is gone through from where the open conversation stood, once it is resolved", async () => {
    for (const number of [1, 2, 3, 4]) put(number);
    const { history, store } = await renderInbox(<Screen selected={uuid(2)} />, { server });
    await rows();
    await act(() => store.change(uuid(2), { state: "resolved" }));
    await waitFor(async () => expect(await names()).toEqual(["Person 4", "Person 3", "Person 1"]));
    await userEvent.keyboard("{Alt>}[KeyJ]{/Alt}");
    expect(history.at(-1)).toContain(`${INBOX}/${uuid(1)}`);
    await userEvent.keyboard("{Alt>}[KeyK]{/Alt}");
    expect(history.at(-1)).toContain(`${INBOX}/${uuid(3)}`);
  });

  test("is gone through from where the open conversation stood, once an answer has moved it to the top", async () => {
    for (const number of [1, 2, 3, 4]) put(number);
    const { history } = await renderInbox(<Screen selected={uuid(2)} />, { server });
    await rows();
    server.happen("conversation_updated", put(2, { last_message_at: timeAt(99), version: 2 }));
    await waitFor(async () => expect((await names())[0]).toBe("Person 2"));
    await userEvent.keyboard("{Alt>}[KeyJ]{/Alt}");
    expect(history.at(-1)).toContain(`${INBOX}/${uuid(1)}`);
    await userEvent.keyboard("{Alt>}[KeyK]{/Alt}");
    expect(history.at(-1)).toContain(`${INBOX}/${uuid(3)}`);
  });

  test("has the focus again once the conversation is left by a key, where that one stands", async () => {
    for (const number of [1, 2, 3]) put(number);
    await renderInbox(<AtAddress />, { server, path: `${INBOX}/${uuid(2)}?tab=all` });
    await rows();
    await userEvent.keyboard("{Escape}");
    const list = screen.getByRole("listbox");
    await waitFor(() => expect(document.activeElement).toBe(list));
    expect(list.getAttribute("aria-activedescendant")).toBe(`conversation-${uuid(2)}`);
  });

  test("of unread ones keeps the one that is being read until it is left", async () => {
    for (const number of [1, 2, 3]) put(number, { unread_count: 1 });
    const { history, store } = await renderInbox(<AtAddress />, {
      server,
      path: `${INBOX}?tab=all&unread=1`,
    });
    await userEvent.click((await rows())[1] as HTMLElement);
    await act(() => store.markRead(uuid(2), messageOf(2, uuid(2)).id));
    expect(await names()).toEqual(["Person 3", "Person 2", "Person 1"]);
    await userEvent.keyboard("{Alt>}[KeyJ]{/Alt}");
    expect(history.at(-1)).toContain(`${INBOX}/${uuid(1)}`);
    await waitFor(async () => expect(await names()).toEqual(["Person 3", "Person 1"]));
  });

  test("is there as it was left, where an address does not say which list is meant", async () => {
    put(1, { state: "resolved" });
    put(2);
    const first = await renderInbox(<Screen />, { server, path: `${INBOX}?tab=all&state=resolved` });
    expect(await names()).toEqual(["Person 1"]);
    first.unmount();
    await renderInbox(<Screen />, { server });
    expect(await names()).toEqual(["Person 1"]);
  });

  test("puts the oldest message first, if one wants", async () => {
    for (const number of [1, 2, 3]) put(number);
    server.pageSize = 2;
    await renderInbox(<Screen />, { server, path: `${INBOX}?tab=all&sort=oldest` });
    await waitFor(async () => expect(await names()).toEqual(["Person 1", "Person 2", "Person 3"]));
    await userEvent.click(screen.getByRole("button", { name: "Remove filter: Oldest message first" }));
    await waitFor(async () => expect(await names()).toEqual(["Person 3", "Person 2", "Person 1"]));
  });

  test("says what closes soon where somebody waits for an answer", async () => {
    put(1, { window_closes_at: new Date(Date.now() + 3.5 * 3_600_000).toISOString() });
    await renderInbox(<Screen />, { server });
    const mark = await screen.findByRole("img", { name: "The window to answer freely closes in 3 hours" });
    expect(mark.textContent).toBe("closes in 3h");
  });

  test("puts the most pressing first, if one wants, and moves what becomes so", async () => {
    const priorities = ["none", "urgent", "low", "urgent", "none"] as const;
    for (const [number, priority] of priorities.entries()) put(number + 1, { priority });
    server.pageSize = 2;
    const { store } = await renderInbox(<Screen />, { server, path: `${INBOX}?tab=all&sort=priority` });
    const order = (...numbers: number[]) =>
      waitFor(async () => expect(await names()).toEqual(numbers.map((number) => `Person ${number}`)));
    await order(4, 2, 3, 5, 1);
    act(() => store.putConversation(put(1, { priority: "urgent", version: 2 })));
    await order(4, 2, 1, 3, 5);
    await userEvent.click(screen.getByRole("button", { name: "Remove filter: Highest priority first" }));
    await order(5, 4, 3, 2, 1);
  });

  test("says what to do where nothing is assigned to oneself", async () => {
    put(1);
    const { history } = await renderInbox(<Screen />, { server, path: `${INBOX}?tab=mine` });
    await userEvent.click(await screen.findByRole("button", { name: "See unassigned" }));
    expect(history.at(-1)).toContain("tab=unassigned");
  });

  test("sends who may not connect a number to who may, while there is none", async () => {
    const membership = {
      tenant_id: TENANT,
      tenant_name: "Sol",
      language: null,
      role: "agent",
      suspended: false,
      scopes: ["inbox:read", "inbox:write"],
    } as const;
    const agent = (
      <TenantValue membership={{ ...membership, scopes: [...membership.scopes] }}>
        <Screen />
      </TenantValue>
    );
    await renderInbox(agent, { server, path: `${INBOX}?tab=all` });
    await screen.findByText(/Ask an administrator to connect a number/);
    expect(screen.queryByRole("button", { name: "Connect a number" })).toBeNull();
  });

  test("says what went wrong, and tries again", async () => {
    put(1);
    const { conversations } = server;
    server.conversations = async () => {
      throw new Problem(500, { code: "internal_error" });
    };
    await renderInbox(<Screen />, { server });
    const again = await screen.findByRole("button", { name: "Try again" });
    server.conversations = conversations;
    await userEvent.click(again);
    expect(await names()).toEqual(["Person 1"]);
  });

  test("says what went wrong with a further page, and tries again", async () => {
    for (const number of [1, 2, 3]) put(number);
    server.pageSize = 2;
    const { conversations } = server;
    server.conversations = async (view, cursor) => {
      if (cursor !== null) throw new Problem(500, { code: "internal_error" });
      return conversations.call(server, view, cursor);
    };
    await renderInbox(<Screen />, { server });
    const again = await screen.findByRole("button", { name: "Try again" });
    server.conversations = conversations;
    await userEvent.click(again);
    await waitFor(async () => expect(await names()).toEqual(["Person 3", "Person 2", "Person 1"]));
  });

  test("narrows to the priorities that are wanted, and follows what becomes of them", async () => {
    put(1, { priority: "urgent" });
    put(2, { priority: "low" });
    put(3, { priority: "high" });
    const { history } = await renderInbox(<Screen />, {
      server,
      path: `${INBOX}?tab=all&priority=urgent&priority=high`,
    });
    expect(await names()).toEqual(["Person 3", "Person 1"]);
    server.happen("conversation_updated", put(3, { priority: "none", version: 2 }));
    await waitFor(async () => expect(await names()).toEqual(["Person 1"]));
    await userEvent.click(screen.getByRole("button", { name: "Remove filter: Priority: high" }));
    expect(history.at(-1)).toContain("?tab=all&priority=urgent");
    expect(history.at(-1)).not.toContain("priority=high");
  });

  test("narrows to what was filtered, and shows how to widen it again", async () => {
    put(1, { state: "resolved" });
    put(2);
    const { history } = await renderInbox(<Screen />, { server, path: `${INBOX}?tab=all&state=resolved` });
    expect(await names()).toEqual(["Person 1"]);
    await userEvent.click(screen.getByRole("button", { name: "Remove filter: Resolved" }));
    expect(history.at(-1)).not.toContain("state=");
  });
});

test("Escape closes the filters, and the conversation stays open", async () => {
  // What floats is hidden where what it belongs to has no place, as everything without a screen.
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
  put(1);
  const { history } = await renderInbox(<Screen selected={uuid(1)} />, { server });
  await rows();
  const before = history.length;
  await userEvent.click(screen.getByRole("button", { name: "Filter" }));
  const panel = await screen.findByRole("dialog");
  await waitFor(() => expect(panel.contains(document.activeElement)).toBe(true));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(history).toHaveLength(before);
  await userEvent.keyboard("{Escape}");
  expect(history).toHaveLength(before + 1);
});

test("each number tells how many of its conversations are unread where one is chosen", async () => {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
  const numberOf = (id: string, phone: string) => ({
    id,
    status: "active",
    name: null,
    phone,
    country: null,
  });
  server.connections = async () => [numberOf(uuid(7), "+34600000007"), numberOf(uuid(8), "+34600000008")];
  put(1, { unread_count: 2 });
  put(2, { unread_count: 1 });
  put(3, { connection_id: uuid(8) });
  await renderInbox(<Screen />, { server, path: `${INBOX}?tab=all&number=${uuid(7)}` });
  await rows();
  await userEvent.click(screen.getByRole("button", { name: "Filter" }));
  const panel = await screen.findByRole("dialog");
  await userEvent.click(await within(panel).findByRole("combobox", { name: "Number" }));
  const [busy, quiet] = await within(panel).findAllByRole("option");
  within(busy as HTMLElement).getByRole("img", { name: "2 unread conversations" });
  expect(quiet?.textContent).toBe("+34600000008");
  // A tick stands at the one that is chosen, as in the other lists.
  expect([busy, quiet].map((one) => one?.querySelectorAll("svg").length)).toEqual([1, 0]);
});

test("a priority is among the filters", async () => {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
  put(1, { priority: "urgent" });
  put(2);
  const { history } = await renderInbox(<Screen />, { server });
  await rows();
  await userEvent.click(screen.getByRole("button", { name: "Filter" }));
  await userEvent.click(await screen.findByRole("checkbox", { name: "Urgent" }));
  expect(history.at(-1)).toContain("priority=urgent");
});

test("a message that was found is asked for each time its result is chosen, also twice in a row", async () => {
  const result = { kind: "message", conversation: put(1), message: messageOf(1, uuid(1)) };
  const { history } = await renderInbox(<AtAddress />, {
    server,
    api: { [`GET /api/tenants/${TENANT}/inbox/search`]: () => ok({ items: [result], next_cursor: null }) },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Search" }));
  await userEvent.type(await screen.findByRole("combobox", { name: /search/i }), "words");
  const before = jumpsAsked.get();
  for (const times of [1, 2]) {
    await userEvent.click((await screen.findAllByRole("option"))[0] as HTMLElement);
    expect(history.at(-1)).toBe(`${INBOX}/${uuid(1)}?message=${messageOf(1, uuid(1)).id}`);
    expect(jumpsAsked.get()).toBe(before + times);
  }
});

test("a note that calls somebody is behind its button, opens its conversation there, and Escape leaves it", async () => {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
  const annotation = { kind: "note", id: uuid(70), conversation_id: uuid(1), body: "Call her back, Ana" };
  const mention = { annotation, conversation: put(1), created_at: timeAt(1), read_at: null };
  const mentions = () => ok({ items: [mention], next_cursor: null });
  const { history } = await renderInbox(<Screen />, {
    server,
    api: { [`GET /api/tenants/${TENANT}/inbox/mentions`]: mentions },
  });
  const opens = () => screen.findByRole("button", { name: "1 unread mention" });
  await userEvent.click(await opens());
  await screen.findByRole("menuitem", { name: /Call her back, Ana/ });
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("menuitem")).toBeNull());
  await userEvent.click(await opens());
  await userEvent.click(await screen.findByRole("menuitem", { name: /Call her back, Ana/ }));
  expect(history.at(-1)).toBe(`${INBOX}/${uuid(1)}?message=${uuid(70)}`);
});

test("a note that was read in another tab is counted no more, and one that was deleted is gone", async () => {
  const annotation = { kind: "note", id: uuid(70), conversation_id: uuid(1), body: "Call her back, Ana" };
  const mention = { annotation, conversation: put(1), created_at: timeAt(1), read_at: null as string | null };
  let items = [mention];
  await renderInbox(<Screen />, {
    server,
    api: { [`GET /api/tenants/${TENANT}/inbox/mentions`]: () => ok({ items, next_cursor: null }) },
  });
  await screen.findByRole("button", { name: "1 unread mention" });
  items = [{ ...mention, read_at: timeAt(5) }];
  act(() => void document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
  await screen.findByRole("button", { name: "0 unread mentions" });
  items = [];
  act(() => void server.happen("annotation_changed", { ...annotation, body: null, deleted_at: timeAt(6) }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "0 unread mentions" })).toBeNull());
});

describe("several at once", () => {
  async function tickBoth(told = "2 selected") {
    put(1);
    put(2);
    await renderInbox(<Screen />, { server });
    const user = userEvent.setup();
    const [first, second] = await rows();
    await user.keyboard("{Control>}");
    await user.click(first as HTMLElement);
    await user.click(second as HTMLElement);
    await user.keyboard("{/Control}");
    await screen.findByText(told);
    return user;
  }

  test("are resolved together, and leave the list", async () => {
    const user = await tickBoth();
    await user.click(screen.getByRole("button", { name: "Resolve" }));
    await waitFor(() => expect(server.conversationMap.get(uuid(1))?.state).toBe("resolved"));
    expect(server.conversationMap.get(uuid(2))?.state).toBe("resolved");
    await waitFor(() => expect(screen.queryByText("2 selected")).toBeNull());
  });

  test("come back together where it was a slip, by one request", async () => {
    const user = await tickBoth();
    await user.click(screen.getByRole("button", { name: "Snooze" }));
    await user.click(await screen.findByRole("menuitem", { name: /Until they write/, hidden: true }));
    await waitFor(() => expect(server.conversationMap.get(uuid(1))?.state).toBe("snoozed"));
    server.asked.length = 0;
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(server.conversationMap.get(uuid(2))?.state).toBe("open"));
    expect(server.conversationMap.get(uuid(1))?.state).toBe("open");
    expect(server.asked.filter((what) => what.startsWith("change"))).toEqual(["change 2"]);
  });

  test("are given a priority together", async () => {
    const user = await tickBoth();
    await user.click(screen.getByRole("button", { name: "Priority" }));
    await user.click(await screen.findByRole("option", { name: "Urgent", hidden: true }));
    await waitFor(() => expect(server.conversationMap.get(uuid(1))?.priority).toBe("urgent"));
    expect(server.conversationMap.get(uuid(2))?.priority).toBe("urgent");
  });

  test("stay ticked where some of them do not let themselves be changed, and that is said", async () => {
    server.changeMany = async (ids) => ({
      changed: [],
      refused: ids.map((id) => ({ id, code: "conflict", detail: "Blocked ones are opened first." })),
    });
    const user = await tickBoth();
    await user.click(screen.getByRole("button", { name: "Archive" }));
    await screen.findByText("2 conversations were not changed");
    await screen.findByText("This cannot be done now. Blocked ones are opened first.");
    screen.getByText("2 selected");
  });

  test("say in the reader's own language why they do not let themselves be changed", async () => {
    server.changeMany = async (ids) => ({
      changed: [],
      refused: ids.map((id) => ({ id, code: "conflict", detail: "Blocked ones are opened first." })),
    });
    localStorage.setItem("curbe.language", "es");
    const user = await tickBoth("2 seleccionadas");
    await user.click(screen.getByRole("button", { name: "Archivar" }));
    await screen.findByText("Esto no se puede hacer ahora.");
  });

  test("from one to another are those between the two, also where the list has moved meanwhile", async () => {
    for (const number of [1, 2, 3, 4]) put(number);
    await renderInbox(<Screen />, { server });
    const user = userEvent.setup();
    const click = async (name: string) => user.click(await screen.findByText(name));
    await rows();
    await user.keyboard("{Control>}");
    await click("Person 3");
    await user.keyboard("{/Control}");
    server.happen("conversation_updated", put(1, { last_message_at: timeAt(99), version: 2 }));
    await waitFor(async () =>
      expect(await names()).toEqual(["Person 1", "Person 4", "Person 3", "Person 2"]),
    );
    await user.keyboard("{Shift>}");
    await click("Person 2");
    await user.keyboard("{/Shift}");
    await screen.findByText("2 selected");
  });

  test("are let go with Escape", async () => {
    const user = await tickBoth();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByText("2 selected")).toBeNull());
  });
});

describe("a row", () => {
  test("shows the draft that waits, whose it is, and its labels", async () => {
    server.people = async () => [
      { user_id: ME, email: "a@example.com", name: "Ana Torres", role: "agent", disabled: false },
    ];
    server.labels = async () => [{ id: uuid(90), name: "VIP", color: "#d97706" }];
    put(1, { assignee_id: ME, label_ids: [uuid(90)] });
    const { store } = await renderInbox(<Screen />, { server });
    const [row] = await rows();
    store.drafts.set(uuid(1), "reply", "I will");
    await waitFor(() => expect(row?.textContent).toContain("Draft: I will"));
    await waitFor(() => expect(row?.textContent).toContain("VIP"));
    within(row as HTMLElement).getByTitle("Assigned to Ana Torres");
  });

  test("says what is pressing in a word and the other priorities by a sign that has one", async () => {
    for (const [at, priority] of (["none", "low", "high", "urgent"] as const).entries())
      put(at + 1, { priority });
    await renderInbox(<Screen />, { server });
    const [urgent, high, low, none] = (await rows()) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement];
    const mark = (row: HTMLElement, name: string) => within(row).getByRole("img", { name }).textContent;
    expect(mark(urgent, "Priority: urgent")).toBe("Urgent");
    expect(mark(high, "Priority: high")).toBe("High"); // which alone, read aloud, might be anything
    expect(mark(low, "Priority: low")).toBe("");
    expect(within(none).queryByTitle(/Priority/)).toBeNull();
  });

  test("shows who is at it just now", async () => {
    server.people = async () => [
      { user_id: uuid(5), email: "l@example.com", name: "Leo Duarte", role: "agent", disabled: false },
    ];
    put(1);
    await renderInbox(<Screen />, { server });
    const [row] = await rows();
    const people = [{ user_id: uuid(5), typing: true, mode: "reply" }];
    server.socket.tell({ type: "presence", conversation_id: uuid(1), people });
    await waitFor(() => within(row as HTMLElement).getByTitle("Leo Duarte is writing"));
  });
});

describe("who hears the list or works by keyboard", () => {
  test("hears of a row who it is first, and what its marks say", async () => {
    put(1, { state: "snoozed", snoozed_until: "2999-03-02T09:00:00Z" });
    await renderInbox(<AtAddress />, { server, path: `${INBOX}?tab=all&state=snoozed` });
    const [row] = await rows();
    expect(row?.textContent).toMatch(/^Person 1/);
    expect(
      within(row as HTMLElement)
        .queryByTitle("Select")
        ?.getAttribute("aria-hidden"),
    ).toBe("true");
    const marks = within(row as HTMLElement).getAllByRole("img");
    expect(marks.map((mark) => mark.getAttribute("aria-label"))).toContainEqual(
      expect.stringMatching(/^Snoozed until 2 Mar 2999|^Snoozed until Mar 2, 2999/),
    );
  });

  test("is in the list again once the search is closed, and once a filter is taken off", async () => {
    put(1);
    await renderInbox(<AtAddress />, { server, path: `${INBOX}?tab=all&state=open` });
    await rows();
    const inList = () => waitFor(() => expect(document.activeElement?.getAttribute("role")).toBe("listbox"));
    await userEvent.click(screen.getByRole("button", { name: "Search" }));
    await userEvent.click(await screen.findByRole("button", { name: "Close search" }));
    await inList();
    await userEvent.click(await screen.findByRole("button", { name: "Remove filter: Open" }));
    await inList();
  });

  test("hears of which filters High and Open are", async () => {
    put(1);
    await renderInbox(<AtAddress />, { server });
    await userEvent.click(await screen.findByRole("button", { name: "Filter" }));
    const laidOutNowhere = { hidden: true }; // what floats is hidden where nothing has a place
    const state = await screen.findByRole("group", { name: "State", ...laidOutNowhere });
    within(state).getByRole("checkbox", { name: "Open", ...laidOutNowhere });
    const priority = screen.getByRole("group", { name: "Priority", ...laidOutNowhere });
    within(priority).getByRole("checkbox", { name: "High", ...laidOutNowhere });
  });
});
