import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Problem } from "@/shared/api/problem";
import { PATIENCE, type Pending } from "./outbox";
import { InboxStore } from "./store";
import { conversationOf, keptOutbox, ME, messageOf, settled, TestServer, TestTiming, uuid } from "./testing";
import type { View } from "./views";

const ALL: View = { tab: "all" };
const UNREACHABLE = new Problem(0, { code: "unreachable" });

let server: TestServer;
let timing: TestTiming;
let kept: Map<string, Pending>;
let store: InboxStore;
let stopped: InboxStore[];

function newStore(ended: () => Promise<boolean> = async () => false): InboxStore {
  const made = new InboxStore({
    backend: server,
    me: ME,
    owner: "t/u",
    outbox: keptOutbox(kept),
    ended,
    timing,
  });
  stopped.push(made);
  return made;
}

async function live(): Promise<void> {
  void store.start();
  await settled();
  server.socket.open();
  await settled();
}

beforeEach(() => {
  server = new TestServer();
  timing = new TestTiming();
  kept = new Map();
  stopped = [];
  store = newStore();
});

afterEach(() => {
  for (const one of stopped) one.stop();
});

function listed(view: View = ALL): readonly string[] {
  const { ids, count } = store.state.conversations.list(view).state;
  return ids.slice(0, count);
}

function received(number: number, conversationNumber: number): void {
  const message = server.say(messageOf(number, uuid(conversationNumber)));
  const known = server.conversationMap.get(uuid(conversationNumber)) ?? conversationOf(conversationNumber);
  const conversation = server.put({
    ...known,
    unread_count: known.unread_count + 1,
    last_message_at: message.created_at,
    version: (known.version ?? 0) + 1,
  });
  server.happen("message_received", { ...message, conversation });
}

describe("beginning", () => {
  it("takes the cursor before it loads anything, so that nothing is missed between the two", async () => {
    server.put(conversationOf(1));
    void store.start();
    void store.loadList(ALL);
    await timing.pass(0);
    const asked = server.asked.filter((what) => what.startsWith("conv") || what.startsWith("events"));
    expect(asked).toEqual(["events now", "conversations all first"]);
    expect(listed()).toEqual([uuid(1)]);
  });

  it("opens a conversation with one request", async () => {
    server.put(conversationOf(1));
    for (const number of [1, 2]) server.say(messageOf(number, uuid(1)));
    await live();
    server.asked.length = 0;
    await store.loadThread(uuid(1));
    expect(server.asked).toEqual(["messages {}"]);
    expect(store.thread(uuid(1), null)).toMatchObject({ older: false, newer: false, loading: null });
  });

  it("goes on trying where the server is not there yet, and says so", async () => {
    server.refusing = UNREACHABLE;
    void store.start();
    await settled();
    expect(store.status).toBe("offline");
    server.refusing = null;
    await timing.pass(500);
    server.socket.open();
    expect(store.status).toBe("live");
  });
});

describe("what happens", () => {
  it("shows as soon as the socket tells it", async () => {
    await live();
    await store.loadList(ALL);
    received(100, 1);
    expect(listed()).toEqual([uuid(1)]);
    expect(store.state.conversations.get(uuid(1))?.unread_count).toBe(1);
  });

  it("is painted once in 100 ms, however much of it there is", async () => {
    await live();
    await timing.pass(1000);
    let painted = 0;
    store.topics.subscribe(`conversation/${uuid(1)}`, () => {
      painted += 1;
    });
    for (let number = 1; number <= 50; number += 1) {
      received(100 + number, 1);
      await timing.pass(10);
    }
    expect(painted).toBeGreaterThanOrEqual(5);
    expect(painted).toBeLessThanOrEqual(7);
  });

  it("is asked for together where events do not carry it", async () => {
    await live();
    for (const number of [1, 2, 3]) {
      server.put(conversationOf(number));
      server.happen("message_received", messageOf(number, uuid(number)));
    }
    await timing.pass(50);
    expect(server.asked.filter((what) => what.startsWith("conversations by id"))).toEqual([
      "conversations by id 3",
    ]);
    expect(store.state.conversations.get(uuid(2))).toBeDefined();
  });

  it("moves a conversation that was merged to where it went", async () => {
    server.put(conversationOf(1));
    const gone = server.put(conversationOf(2));
    await live();
    await store.loadList(ALL);
    server.conversationMap.delete(gone.id);
    server.conversation = async () => server.put(conversationOf(1, { version: 2 }));
    server.happen("contact_merged", { contact_id: conversationOf(1).contact.id, other_id: gone.contact.id });
    await timing.pass(50);
    expect(listed()).toEqual([uuid(1)]);
    expect(store.state.conversations.liveId(gone.id)).toBe(uuid(1));
  });
});

describe("a cut connection", () => {
  it("is resumed by the cursor: nothing is missed, nothing comes twice, nothing is loaded again", async () => {
    await live();
    await store.loadList(ALL);
    await store.loadThread(uuid(1));
    received(100, 1);
    server.socket.drop();
    for (let number = 101; number <= 400; number += 1) received(number, 1 + (number % 5));
    await settled();
    expect(store.state.conversations.get(uuid(1))).toEqual(server.conversationMap.get(uuid(1)));
    await timing.pass(1000);
    expect(server.sockets).toHaveLength(2);
    expect(server.socket.since).toBe(`1.${server.log.length}`);
    server.socket.open();
    await settled();
    expect(store.status).toBe("live");
    expect(listed()).toHaveLength(5);
    const mine = server.log.filter((event) => event.conversation_id === uuid(1));
    expect(store.thread(uuid(1), null).keys).toEqual(mine.map((event) => event.message_id));
    expect(server.asked.filter((what) => what.startsWith("conversations all"))).toHaveLength(1);
  });

  it("is retried for ever, later each time, at most every 15 seconds", async () => {
    await live();
    server.refusing = UNREACHABLE;
    const pauses: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const before = timing.now();
      const known = server.sockets.length;
      server.socket.drop();
      while (server.sockets.length === known) await timing.pass(50);
      pauses.push(timing.now() - before);
    }
    expect(store.status).toBe("offline");
    expect(pauses[0]).toBeLessThanOrEqual(550);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(15_050);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(7_500);
  });

  it("is tried at once when the network is back", async () => {
    await live();
    server.refusing = UNREACHABLE;
    for (let turn = 0; turn < 8; turn += 1) {
      server.socket.drop();
      await timing.pass(16_000);
    }
    server.socket.drop();
    await settled();
    const before = server.sockets.length;
    server.refusing = null;
    store.nudge({ networkChanged: true });
    await settled();
    expect(server.sockets.length).toBe(before + 1);
    server.socket.open();
    await settled();
    expect(store.status).toBe("live");
  });

  it("is noticed where the network ate the goodbye: the server pings, and silence ends it", async () => {
    await live();
    const first = server.socket;
    await timing.pass(44_000);
    expect(server.sockets).toHaveLength(1);
    await timing.pass(3_000);
    expect(first.readyState).toBe(3);
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  it("becomes reading every few seconds where no socket opens, and says so", async () => {
    void store.start();
    await settled();
    await store.loadList(ALL);
    for (let turn = 0; turn < 3; turn += 1) {
      server.socket.drop();
      await timing.pass(1000);
    }
    expect(store.status).toBe("polling");
    received(100, 1);
    await timing.pass(3000);
    expect(listed()).toEqual([uuid(1)]);
    await timing.pass(15_000);
    server.socket.open();
    await settled();
    expect(store.status).toBe("live");
  });

  it("begins anew where the server's log did: everything is loaded again", async () => {
    server.put(conversationOf(1));
    await live();
    await store.loadList(ALL);
    store.topics.subscribe('list/["all",[],[],null,null,null,false]', () => undefined);
    server.epoch = 2;
    server.log.length = 0;
    server.conversationMap.clear();
    server.put(conversationOf(2));
    server.socket.drop(4410);
    await timing.pass(1000);
    expect(listed()).toEqual([uuid(2)]);
    expect(server.socket.since).toBe("2.0");
  });

  it("ends where the session has ended, and goes on where there is another", async () => {
    let another = true;
    store = newStore(async () => another);
    await live();
    server.socket.drop(4401);
    await timing.pass(1000);
    expect(server.sockets).toHaveLength(2);
    server.socket.open();
    another = false;
    server.socket.drop(4403);
    await timing.pass(60_000);
    expect(server.sockets).toHaveLength(2);
    expect(store.status).toBe("ended");
  });
});

describe("a message that is sent", () => {
  const said = {
    conversation_id: uuid(1),
    body: { type: "text", conversation_id: uuid(1), text: "hi" },
    type: "text",
    text: "hi",
  };
  const keys = () => store.thread(uuid(1), null).keys;

  beforeEach(async () => {
    server.put(conversationOf(1));
    await live();
    await store.loadThread(uuid(1));
  });

  it("shows at once, and is one line from then on, whichever tells of it first", async () => {
    for (const eventFirst of [true, false]) {
      const pending = store.send(said);
      expect(store.line(pending.client_id)).toMatchObject({ kind: "pending", pending: { state: "posting" } });
      if (!eventFirst) await settled();
      const message =
        server.sent.get(pending.client_id) ??
        messageOf(500 + server.sent.size, uuid(1), { client_id: pending.client_id });
      server.sent.set(pending.client_id, message);
      server.happen("message_queued", message);
      await settled();
      expect(keys().filter((key) => key === pending.client_id || key === message.id)).toEqual([
        pending.client_id,
      ]);
      expect(store.line(pending.client_id)).toMatchObject({ kind: "message", message: { id: message.id } });
    }
    expect(kept.size).toBe(0);
  });

  it("goes out in the order it was written", async () => {
    const order = [store.send(said), store.send(said), store.send(said)].map(
      (pending) => `send ${pending.client_id}`,
    );
    await settled();
    expect(server.asked.filter((what) => what.startsWith("send"))).toEqual(order);
  });

  it("is tried again by itself for 15 seconds, then fails and waits for a person; Retry posts the same key", async () => {
    server.refusing = UNREACHABLE;
    const pending = store.send(said);
    await timing.pass(PATIENCE - 1);
    expect(store.line(pending.client_id)).toMatchObject({ pending: { state: "posting" } });
    await timing.pass(1);
    expect(store.line(pending.client_id)).toMatchObject({
      pending: { state: "failed", problem: { code: "unreachable" } },
    });
    const tries = server.asked.length;
    server.refusing = null;
    await timing.pass(60_000);
    expect(server.sent.size).toBe(0);
    expect(server.asked.slice(tries).some((what) => what.startsWith("send"))).toBe(false);
    store.outbox.retry(pending.client_id);
    await settled();
    expect([...server.sent.keys()]).toEqual([pending.client_id]);
    expect(store.line(pending.client_id)).toMatchObject({ pending: { state: "taken" } });
  });

  it("that never gets an answer fails too", async () => {
    server.send = () => new Promise(() => undefined);
    const pending = store.send(said);
    await timing.pass(PATIENCE);
    expect(store.line(pending.client_id)).toMatchObject({ pending: { state: "failed" } });
  });

  it("that the server refuses keeps its words and says why", async () => {
    server.refusing = new Problem(409, { code: "window_closed", detail: "closed" });
    const pending = store.send(said);
    await settled();
    expect(store.line(pending.client_id)).toMatchObject({
      pending: { state: "refused", text: "hi", problem: { code: "window_closed" } },
    });
    server.refusing = null;
    store.outbox.retry(pending.client_id, { text: "hi again" });
    await settled();
    expect(server.sent.get(pending.client_id)?.text).toBe("hi again");
  });

  it("survives a reload: what is fresh goes on by itself, what is old waits for a person", async () => {
    server.refusing = UNREACHABLE;
    const old = store.send(said);
    await timing.pass(PATIENCE);
    const fresh = store.send({ ...said, text: "fresh" });
    await settled();
    store.stop();
    server.refusing = null;
    store = newStore();
    void store.start();
    await timing.pass(0);
    expect([...server.sent.keys()]).toEqual([fresh.client_id]);
    expect(store.line(old.client_id)).toMatchObject({ pending: { state: "failed", text: "hi" } });
  });

  it("that is still being prepared shows with its progress, and can be taken back", async () => {
    const held = store.outbox.hold({ ...said, type: "image" });
    store.outbox.progress(held.client_id, 0.5);
    expect(store.line(held.client_id)).toMatchObject({ pending: { state: "held", progress: 0.5 } });
    expect(kept.size).toBe(0);
    store.outbox.discard(held.client_id);
    expect(store.line(held.client_id)).toBeNull();
    store.outbox.release(held.client_id, said.body);
    await settled();
    expect(server.sent.size).toBe(0);
  });
});

describe("a thread", () => {
  beforeEach(async () => {
    server.put(conversationOf(1));
    for (let number = 1; number <= 12; number += 1) server.say(messageOf(number, uuid(1)));
    await live();
  });

  const numbers = (anchor: string | null = null) =>
    store
      .thread(uuid(1), anchor)
      .keys.map((key) => Number(store.state.threads.messageAt(key)?.text?.split(" ")[1]));
  const id = (number: number) => messageOf(number, uuid(1)).id;

  it("is read page by page to its beginning", async () => {
    await store.loadThread(uuid(1));
    expect(numbers()).toEqual([10, 11, 12]);
    for (let page = 0; page < 4; page += 1) await store.loadOlder(uuid(1));
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(store.thread(uuid(1), null).older).toBe(false);
  });

  it("opens around a message that was found, and closes the gap when it is read on", async () => {
    await store.loadThread(uuid(1));
    await store.loadAround(uuid(1), id(4));
    expect(numbers(id(4))).toEqual([3, 4, 5]);
    expect(numbers()).toEqual([10, 11, 12]);
    expect(store.thread(uuid(1), id(4))).toMatchObject({ older: true, newer: true });
    await store.loadNewer(uuid(1), id(4));
    await store.loadNewer(uuid(1), id(4));
    expect(numbers(id(4))).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(numbers()).toEqual(numbers(id(4)));
    expect(store.thread(uuid(1), id(4)).newer).toBe(false);
  });

  it("shows what arrives at its end, not in the middle of an old stretch", async () => {
    await store.loadAround(uuid(1), id(4));
    received(13, 1);
    expect(numbers(id(4))).toEqual([3, 4, 5]);
    await store.loadThread(uuid(1));
    expect(numbers()).toEqual([11, 12, 13]);
  });

  it("is told of as failed where it could not be loaded, and loads when asked again", async () => {
    server.refusing = UNREACHABLE;
    await store.loadThread(uuid(1));
    expect(store.thread(uuid(1), null)).toMatchObject({ failed: UNREACHABLE, loading: null });
    server.refusing = null;
    await store.loadThread(uuid(1));
    expect(numbers()).toEqual([10, 11, 12]);
  });
});

describe("changing", () => {
  beforeEach(async () => {
    server.put(conversationOf(1));
    await live();
    await store.loadList(ALL);
  });

  it("shows before the server answers", async () => {
    const done = store.change(uuid(1), { state: "resolved" });
    expect(listed()).toEqual([]);
    await done;
    expect(store.state.conversations.get(uuid(1))).toMatchObject({ state: "resolved", version: 2 });
  });

  it("is taken back where the server refuses, and the refusal reaches whoever asked", async () => {
    server.refusing = new Problem(409, { code: "conflict" });
    await expect(store.change(uuid(1), { assignee_id: ME })).rejects.toMatchObject({ code: "conflict" });
    expect(store.state.conversations.get(uuid(1))?.assignee_id).toBeNull();
  });

  it("reading sets the count to zero at once", async () => {
    received(100, 1);
    const done = store.markRead(uuid(1));
    expect(store.state.conversations.get(uuid(1))?.unread_count).toBe(0);
    await done;
    expect(store.state.conversations.get(uuid(1))).toEqual(server.conversationMap.get(uuid(1)));
  });
});

describe("presence", () => {
  it("tells what is open here and what is typed, at most once in three seconds", async () => {
    await live();
    store.presence.look(uuid(1));
    await timing.pass(1000);
    for (let key = 0; key < 60; key += 1) {
      store.presence.type("reply");
      await timing.pass(100);
    }
    const said = server.socket.said.filter((frame) => (frame as { typing: boolean }).typing);
    expect(said.length).toBeGreaterThanOrEqual(2);
    expect(said.length).toBeLessThanOrEqual(3);
    expect(said[0]).toEqual({ type: "viewing", conversation_id: uuid(1), typing: true, mode: "reply" });
    await timing.pass(10_000);
    expect(server.socket.said.at(-1)).toMatchObject({ typing: false });
  });

  it("shows colleagues, not oneself, and nobody once the connection is gone", async () => {
    await live();
    const people = [
      { user_id: ME, typing: false, mode: "reply" },
      { user_id: uuid(50), typing: true, mode: "note" },
    ];
    server.socket.tell({ type: "presence", conversation_id: uuid(1), people });
    expect(store.presence.at(uuid(1))).toEqual([people[1]]);
    server.socket.drop();
    await settled();
    expect(store.presence.at(uuid(1))).toEqual([]);
  });
});

describe("drafts", () => {
  it("are kept for each conversation and mode, over a reload", () => {
    store.drafts.set(uuid(1), "reply", "a reply");
    store.drafts.set(uuid(1), "note", "a note");
    const reloaded = newStore();
    expect(reloaded.drafts.get(uuid(1), "reply")).toBe("a reply");
    expect(reloaded.drafts.get(uuid(1), "note")).toBe("a note");
    expect(reloaded.drafts.get(uuid(2), "reply")).toBe("");
    reloaded.drafts.set(uuid(1), "reply", "");
    expect(newStore().drafts.shown(uuid(1))).toBe("a note");
  });
});
