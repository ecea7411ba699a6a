/** What somebody is told who is given a conversation, and whose snooze is over. */

import { notifications } from "@mantine/notifications";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { conversationOf, ME, TestServer, uuid } from "@/shared/store/testing";
import type { Conversation, LoggedEvent } from "@/shared/store/types";
import { INBOX, renderInbox } from "@/testing/inbox";
import { InboxSignals } from "./inbox-signals";

let server: TestServer;
let count = 0;

beforeEach(() => {
  notifications.clean();
  server = new TestServer();
  server.people = async () => [
    { user_id: uuid(8), email: "leo@example.com", name: "Leo", role: "supervisor", disabled: false },
  ];
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
});

function happens(number: number, author: string, activity: object, change: Partial<Conversation>): void {
  const told = { type: "annotation_added", conversation_id: uuid(number), message_id: null };
  const line = { kind: "activity", id: uuid(900 + count), conversation_id: uuid(number), author, activity };
  const created_at = new Date().toISOString();
  count += 1;
  const conversation = server.put(conversationOf(number, { version: count + 1, ...change }));
  const items: LoggedEvent[] = [
    { ...told, type: "conversation_updated", data: conversation, created_at, cursor: `1.${2 * count}` },
    { ...told, data: { ...line, created_at }, created_at, cursor: `1.${2 * count + 1}` },
  ];
  server.socket.tell({ type: "events", items, cursor: `1.${2 * count + 1}` });
}

const given = (number: number) =>
  happens(
    number,
    `user:${uuid(8)}`,
    { type: "assigned", assignee_id: ME, from_id: null },
    { assignee_id: ME },
  );
const due = (number: number, assignee_id: string) =>
  happens(
    number,
    "system:snooze",
    { type: "state", state: "open", from_state: "snoozed" },
    { assignee_id, unread_count: 1 },
  );

test("whoever is given a conversation is told by whom, and led to it", async () => {
  const { history } = await renderInbox(<InboxSignals />, { server, path: INBOX });
  given(1);
  await screen.findByText("Leo gave you a conversation");
  screen.getByText("Person 1");
  await userEvent.click(screen.getByRole("button", { name: "Open" }));
  expect(history?.at(-1)).toBe(`${INBOX}/${uuid(1)}`);
  await waitFor(() => expect(screen.queryByText("Leo gave you a conversation")).toBeNull());
});

test("of many that are given at once it is told together", async () => {
  await renderInbox(<InboxSignals />, { server, path: INBOX });
  for (const number of [1, 2, 3]) given(number);
  await screen.findByText("3 conversations came to you");
  expect(screen.queryByText("Leo gave you a conversation")).toBeNull();
});

test("what comes while that is not looked at is told with it, in one notice", async () => {
  await renderInbox(<InboxSignals />, { server, path: INBOX });
  given(1);
  await screen.findByText("Leo gave you a conversation");
  given(2);
  await screen.findByText("2 conversations came to you");
  expect(screen.queryByText("Leo gave you a conversation")).toBeNull();
  expect(screen.getAllByRole("button", { name: "Open" })).toHaveLength(1);
});

test("what was put off comes back with a word to whoever has it, and to nobody else", async () => {
  await renderInbox(<InboxSignals />, { server, path: INBOX });
  due(1, uuid(8));
  due(2, ME);
  await screen.findByText("Person 2");
  screen.getByText("It was put off until now");
  expect(screen.queryByText("Person 1")).toBeNull();
});
