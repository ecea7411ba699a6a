/** What the tests of the store stand on: a server, a clock, and a store between them that is new for each test. */

import { afterEach, beforeEach, vi } from "vitest";
import { Problem } from "@/shared/api/problem";
import type { Pending } from "./outbox";
import { InboxStore } from "./store";
import { conversationOf, keptOutbox, ME, messageOf, settled, TestServer, TestTiming, uuid } from "./testing";
import type { View } from "./views";

export const ALL: View = { tab: "all" };
export const NO_ANSWER = new Problem(0, { code: "unreachable" });

/** The parts of the test that runs; made anew before each. */
export const bed = {} as {
  server: TestServer;
  timing: TestTiming;
  kept: Map<string, Pending>;
  /** The tabs of the browser, as they hear what another lets go. */
  tabs: Set<(clientId: string) => void>;
  store: InboxStore;
};
let made: InboxStore[] = [];

export function newStore(ended: () => Promise<boolean> = async () => false): InboxStore {
  const { server: backend, timing, kept, tabs } = bed;
  const store = new InboxStore({
    backend,
    me: ME,
    owner: "t/u",
    outbox: keptOutbox(kept, tabs),
    ended,
    timing,
  });
  made.push(store);
  return store;
}

export function setUpAnew(): void {
  bed.server = new TestServer();
  bed.timing = new TestTiming();
  vi.spyOn(Date, "now").mockImplementation(() => bed.timing.now()); // a machine that is busy lets none of it pass
  bed.kept = new Map();
  bed.tabs = new Set();
  bed.store = newStore();
}

export function setUp(): void {
  beforeEach(() => {
    made = [];
    setUpAnew();
  });
  afterEach(() => {
    for (const store of made) store.stop();
    vi.mocked(Date.now).mockRestore();
  });
}

export async function live(): Promise<void> {
  void bed.store.start();
  await settled();
  bed.server.socket.open();
  await settled();
}

export function listed(view: View = ALL): readonly string[] {
  const { ids, count } = bed.store.state.conversations.list(view).state;
  return ids.slice(0, count);
}

/** Somebody writes: the server has it, and tells of it. */
export function received(number: number, conversationNumber: number): void {
  const message = bed.server.say(messageOf(number, uuid(conversationNumber)));
  const known =
    bed.server.conversationMap.get(uuid(conversationNumber)) ?? conversationOf(conversationNumber);
  const conversation = bed.server.put({
    ...known,
    unread_count: known.unread_count + 1,
    last_message_at: message.created_at,
    version: (known.version ?? 0) + 1,
  });
  bed.server.happen("message_received", { ...message, conversation });
}
