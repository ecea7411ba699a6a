import { act, waitFor } from "@testing-library/react";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { Problem } from "@/shared/api/problem";
import { useConversation } from "@/shared/store/hooks";
import { conversationOf, messageOf, TestServer, timeAt, uuid } from "@/shared/store/testing";
import { renderInbox } from "@/testing/inbox";
import { usePresence, useReading } from "./use-reading";

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
});

async function readInVain() {
  vi.spyOn(server, "markRead").mockRejectedValueOnce(new Problem(0, { code: "unreachable" }));
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

test("and by itself while it is still looked at", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  onTestFinished(() => void vi.useRealTimers());
  await readInVain();
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  await waitFor(() => expect(server.conversationMap.get(uuid(1))?.unread_count).toBe(0));
});

test("also where the connection went and came back before it was known that the server did not hear", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  onTestFinished(() => void vi.useRealTimers());
  let fail: (problem: Problem) => void = () => undefined;
  const answer = new Promise<never>((_, reject) => {
    fail = reject;
  });
  vi.spyOn(server, "markRead").mockReturnValueOnce(answer);
  const { store } = await renderInbox(<Reader />, { server });
  await act(() => store.loadConversation(uuid(1)));
  await waitFor(() => expect(server.markRead).toHaveBeenCalledOnce());
  act(() => server.socket.drop());
  await waitFor(() => expect(server.sockets).toHaveLength(2));
  await act(async () => server.socket.open());
  await waitFor(() => expect(store.status).toBe("live"));
  await act(async () => fail(new Problem(0, { code: "unreachable" })));
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  await waitFor(() => expect(server.conversationMap.get(uuid(1))?.unread_count).toBe(0));
});

test("a message that was in sight before it was told of is read as well; what is marked as unread by hand is not", async () => {
  const read = vi.spyOn(server, "markRead");
  server.put(conversationOf(1));
  const { store } = await renderInbox(<Reader />, { server });
  await act(() => store.loadConversation(uuid(1)));
  const unread = { unread_count: 1, last_message_at: timeAt(2), window_closes_at: timeAt(86_402) };
  act(() => store.putConversation(server.put(conversationOf(1, { ...unread, version: 2 }))));
  await waitFor(() => expect(read).toHaveBeenCalledOnce());
  await waitFor(() => expect(store.state.conversations.get(uuid(1))?.unread_count).toBe(0));
  act(() => store.putConversation(conversationOf(1, { ...unread, version: 9 })));
  await act(() => new Promise((resolve) => setTimeout(resolve, 50))); // it would have been asked by then
  expect(read).toHaveBeenCalledOnce();
});

test("colleagues are not told of somebody whose page is out of sight that they look at it, and are once it is back", async () => {
  function Viewer() {
    usePresence(uuid(1));
    return null;
  }
  await renderInbox(<Viewer />, { server });
  const looks = () => (server.socket.said.at(-1) as { conversation_id: string | null }).conversation_id;
  const show = (hidden: boolean) => {
    vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
  };
  await waitFor(() => expect(looks()).toBe(uuid(1)));
  show(true);
  await waitFor(() => expect(looks()).toBeNull());
  show(false);
  await waitFor(() => expect(looks()).toBe(uuid(1)));
});
