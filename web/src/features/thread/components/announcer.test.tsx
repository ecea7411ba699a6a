/** Who does not see the thread hears what comes into it. */

import { act, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { messageOf, timeAt, uuid } from "@/shared/store/testing";
import type { LoggedEvent } from "@/shared/store/types";
import { renderInbox } from "@/testing/inbox";
import { DataContext, type ThreadData } from "../thread-context";
import { Announcer } from "./announcer";

const GATHERED = 1_500;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

let count = 0;

let show: (shown: { atEnd: boolean; contactName: string }) => void;

function Shown() {
  const [{ atEnd, contactName }, setShown] = useState({ atEnd: true, contactName: "Ana" });
  show = (shown) => act(() => setShown(shown));
  return (
    <DataContext value={{ contactName } as ThreadData}>
      <Announcer conversationId={uuid(1)} atEnd={atEnd} />
    </DataContext>
  );
}

async function thread() {
  const { server } = await renderInbox(<Shown />);
  const comes = (text: string) => {
    count += 1;
    const event: LoggedEvent = {
      ...{
        cursor: `1.${count}`,
        type: "message_received",
        conversation_id: uuid(1),
        message_id: uuid(count),
      },
      ...{ data: messageOf(count, uuid(1), { text }), created_at: timeAt(count) },
    };
    act(() => server.socket.tell({ type: "events", items: [event], cursor: event.cursor }));
  };
  return { comes };
}

const heard = async () => {
  await act(() => vi.advanceTimersByTimeAsync(GATHERED));
  return screen.getByRole("status").textContent;
};

test("a message that comes is told, and several at once as their number", async () => {
  const { comes } = await thread();
  comes("Good morning");
  expect(await heard()).toBe("Ana: Good morning");
  comes("Are you there?");
  comes("Hello?");
  expect(await heard()).toBe("2 new messages");
});

test("what came while they were at the end is told although they have scrolled away since, and what comes then is not", async () => {
  const { comes } = await thread();
  comes("Good morning");
  show({ atEnd: false, contactName: "Ana" });
  comes("Are you there?");
  expect(await heard()).toBe("Ana: Good morning");
  show({ atEnd: true, contactName: "Ana" });
  comes("Hello?");
  expect(await heard()).toBe("Ana: Hello?");
});

test("what came from somebody who is called otherwise since is told under their name of now", async () => {
  const { comes } = await thread();
  comes("Good morning");
  show({ atEnd: true, contactName: "Ana Torres" });
  expect(await heard()).toBe("Ana Torres: Good morning");
});
