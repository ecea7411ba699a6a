/** A message that is not sent is told of after its author has moved on. */

import { notifications } from "@mantine/notifications";
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { useLocation } from "wouter";
import { Problem } from "@/shared/api/problem";
import { unsentMine } from "@/shared/lib/frame";
import { conversationOf, TestServer, uuid } from "@/shared/store/testing";
import { INBOX, renderInbox } from "@/testing/inbox";
import { ListPane } from "../list-pane";
import { InboxSignals } from "./inbox-signals";

let server: TestServer;

beforeEach(() => {
  notifications.clean();
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(320);
  server = new TestServer();
  server.pageSize = 50;
  for (const number of [1, 2, 3]) server.put(conversationOf(number));
  server.send = async () => {
    throw new Problem(409, { code: "opted_out", title: "This person opted out" });
  };
});

let moveOn: (to: string) => void;

function Screen() {
  const [, navigate] = useLocation();
  moveOn = navigate;
  return (
    <>
      <InboxSignals />
      <ListPane selected={null} templateForm={() => null} />
    </>
  );
}

async function inboxAt(number: number) {
  const shown = await renderInbox(<Screen />, { server, path: `${INBOX}/${uuid(number)}` });
  await screen.findAllByRole("option");
  const send = async (to: number, text = "Yes") =>
    act(async () => {
      shown.store.send({ conversation_id: uuid(to), body: { type: "text", text }, type: "text", text });
    });
  return { ...shown, send };
}

const notice = () => screen.findByRole("alert");
const silent = () => waitFor(() => expect(screen.queryByRole("alert")).toBeNull());

describe("a message that was refused", () => {
  test("in a conversation that is not open is told of until it is looked at", async () => {
    const { send, history } = await inboxAt(2);
    await send(1);
    expect((await notice()).textContent).toContain("Not sent to Person 1");
    expect((await notice()).textContent).toContain("This person does not want such messages");
    await userEvent.click(screen.getByRole("button", { name: "Open" }));
    expect(history.at(-1)).toBe(`${INBOX}/${uuid(1)}`);
    await silent();
    await act(async () => moveOn(`${INBOX}/${uuid(2)}`));
    await silent(); // they know
  });

  test("in the conversation that is open is seen there", async () => {
    const { send } = await inboxAt(1);
    await send(1);
    await screen.findByText("Not sent:");
    await silent();
  });

  test("marks its row, and is counted in the tab's title and at the inbox's icon, until it is sent or let go", async () => {
    const { send, store } = await inboxAt(2);
    await send(1, "See you at nine");
    const row = (await screen.findByText("Not sent:")).closest('[role="option"]');
    expect(row?.textContent).toContain("Person 1");
    expect(row?.textContent).toContain("See you at nine");
    expect([document.title, unsentMine.get()]).toEqual(["1 not sent · Sol", 1]);
    await act(async () => store.outbox.discard(store.outbox.stuck()[0]?.client_id ?? ""));
    await waitFor(() => expect(screen.queryByText("Not sent:")).toBeNull());
    expect([document.title, unsentMine.get()]).toEqual(["Sol", 0]);
    await silent();
  });

  test("is one notice with others that were", async () => {
    const { send, history } = await inboxAt(3);
    await send(1);
    await send(2);
    await screen.findByText("2 messages were not sent");
    await userEvent.click(screen.getAllByRole("button", { name: "Open" })[1] as HTMLElement);
    expect(history.at(-1)).toBe(`${INBOX}/${uuid(2)}`);
    await screen.findByText("Not sent to Person 1");
  });

  test("is told of again when it is tried again in vain, and not while the notice was closed", async () => {
    const { send, store } = await inboxAt(2);
    await send(1);
    await notice();
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await silent();
    await act(() => new Promise((resolve) => setTimeout(resolve, 5))); // a later try has a later time
    await act(async () => store.outbox.retry(store.outbox.stuck()[0]?.client_id ?? ""));
    expect((await notice()).textContent).toContain("Not sent to Person 1");
  });

  test("goes on where its conversation was merged into another", async () => {
    const { send, store } = await inboxAt(3);
    await send(2);
    await notice();
    await act(async () => store.state.conversations.remove(uuid(2), uuid(1)));
    await screen.findByText("Not sent to Person 1");
    expect(store.thread(uuid(1), null).keys).toEqual(store.outbox.stuck().map((one) => one.client_id));
  });
});
