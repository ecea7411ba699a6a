import { act, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { Problem } from "@/shared/api/problem";
import { useConversation } from "@/shared/store/hooks";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import { renderInbox } from "@/testing/inbox";
import { useReading } from "./use-reading";

const latest = messageOf(1, uuid(1));

function Reader() {
  useReading(useConversation(uuid(1)), latest, true);
  return null;
}

let server: TestServer;

beforeEach(() => {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  server = new TestServer();
  server.put(conversationOf(1, { unread_count: 2 }));
  vi.spyOn(server, "markRead").mockRejectedValueOnce(new Problem(0, { code: "unreachable" }));
});

async function readInVain() {
  const { store } = await renderInbox(<Reader />, { server });
  await act(() => store.loadConversation(uuid(1)));
  await waitFor(() => expect(server.markRead).toHaveBeenCalledOnce());
  await waitFor(() => expect(store.state.conversations.get(uuid(1))?.unread_count).toBe(2));
}

test("what the server did not hear was read is told again when it is next looked at", async () => {
  await readInVain();
  act(() => void dispatchEvent(new Event("focus")));
  await waitFor(() => expect(server.conversationMap.get(uuid(1))?.unread_count).toBe(0));
  act(() => void dispatchEvent(new Event("focus")));
  expect(server.markRead).toHaveBeenCalledTimes(2);
});

test("and once the connection is back", async () => {
  await readInVain();
  act(() => server.socket.drop());
  await waitFor(() => expect(server.sockets).toHaveLength(2));
  act(() => server.socket.open());
  await waitFor(() => expect(server.conversationMap.get(uuid(1))?.unread_count).toBe(0));
});
