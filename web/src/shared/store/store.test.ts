import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/shared/api/problem";
import { heldOf, holdsAny } from "./held";
import { State } from "./state";
import { InboxStore } from "./store";
import { conversationOf, keptOutbox, ME, messageOf, settled, timeAt, uuid } from "./testing";
import { ALL, bed, listed, live, NO_ANSWER, newStore, received, setUp } from "./testing-bed";
import type { View } from "./views";

setUp();

describe("beginning", () => {
  it("takes the cursor before it loads anything, so that nothing is missed between the two", async () => {
    bed.server.put(conversationOf(1));
    void bed.store.start();
    void bed.store.loadList(ALL);
    await bed.timing.pass(0);
    const asked = bed.server.asked.filter((what) => what.startsWith("conv") || what.startsWith("events"));
    expect(asked).toEqual(["events now", "conversations all first"]);
    expect(listed()).toEqual([uuid(1)]);
  });

  it("opens a conversation with one request", async () => {
    bed.server.put(conversationOf(1));
    for (const number of [1, 2]) bed.server.say(messageOf(number, uuid(1)));
    await live();
    bed.server.asked.length = 0;
    await bed.store.loadThread(uuid(1));
    expect(bed.server.asked).toEqual(["messages {}"]);
    expect(bed.store.thread(uuid(1), null)).toMatchObject({ older: false, newer: false, loading: null });
  });

  it("goes on trying where the bed.server is not there yet, and says so", async () => {
    bed.server.refusing = NO_ANSWER;
    void bed.store.start();
    await settled();
    expect(bed.store.status).toBe("offline");
    bed.server.refusing = null;
    await bed.timing.pass(500);
    bed.server.socket.open();
    expect(bed.store.status).toBe("live");
  });
});

describe("an answer that nobody understands", () => {
  it("is told of as a failure of the page, and what failed is loaded when asked again", async () => {
    vi.stubGlobal("reportError", vi.fn());
    bed.server.put(conversationOf(1));
    bed.server.say(messageOf(1, uuid(1)));
    await live();
    vi.spyOn(bed.server, "conversations").mockResolvedValueOnce(undefined as never);
    vi.spyOn(bed.server, "messages").mockResolvedValueOnce(undefined as never);
    const failed = { loading: null, failed: { code: "page_failed" } };
    await Promise.all([bed.store.loadList(ALL), bed.store.loadThread(uuid(1))]);
    expect(bed.store.state.conversations.list(ALL).state).toMatchObject(failed);
    expect(bed.store.thread(uuid(1), null)).toMatchObject(failed);
    expect(reportError).toHaveBeenCalledTimes(2);
    await Promise.all([bed.store.loadList(ALL), bed.store.loadThread(uuid(1))]);
    expect(listed()).toEqual([uuid(1)]);
    expect(bed.store.thread(uuid(1), null).keys).toHaveLength(1);
  });
});

describe("what happens", () => {
  it("shows as soon as the socket tells it", async () => {
    await live();
    await bed.store.loadList(ALL);
    received(100, 1);
    expect(listed()).toEqual([uuid(1)]);
    expect(bed.store.state.conversations.get(uuid(1))?.unread_count).toBe(1);
  });

  it("is painted once in 100 ms, however much of it there is", async () => {
    await live();
    await bed.timing.pass(1000);
    let painted = 0;
    bed.store.topics.subscribe(`conversation/${uuid(1)}`, () => {
      painted += 1;
    });
    for (let number = 1; number <= 50; number += 1) {
      received(100 + number, 1);
      await bed.timing.pass(10);
    }
    expect(painted).toBeGreaterThanOrEqual(5);
    expect(painted).toBeLessThanOrEqual(7);
  });

  it("is asked for together where events do not carry it", async () => {
    await live();
    for (const number of [1, 2, 3]) {
      bed.server.put(conversationOf(number));
      bed.server.happen("message_received", messageOf(number, uuid(number)));
    }
    await bed.timing.pass(50);
    expect(bed.server.asked.filter((what) => what.startsWith("conversations by id"))).toEqual([
      "conversations by id 3",
    ]);
    expect(bed.store.state.conversations.get(uuid(2))).toBeDefined();
  });

  it("is asked for in addresses that any proxy lets through, however many conversations changed", async () => {
    await live();
    for (let number = 1; number <= 150; number += 1) {
      bed.server.put(conversationOf(number));
      bed.server.happen("message_received", messageOf(number, uuid(number)));
    }
    await bed.timing.pass(1_000);
    expect(bed.server.asked.filter((what) => what.startsWith("conversations by id"))).toEqual([
      "conversations by id 100",
      "conversations by id 50",
    ]);
    expect(bed.store.state.conversations.get(uuid(150))).toBeDefined();
  });

  it("is asked for again where the server did not answer, as no event tells of it a second time", async () => {
    const label = { id: uuid(90), name: "VIP", color: "#d97706" };
    bed.server.labels = vi.fn(async () => [label]).mockRejectedValueOnce(NO_ANSWER);
    bed.server.teams = vi.fn().mockRejectedValue(new Problem(403, { code: "forbidden" }));
    await live();
    bed.server.put(conversationOf(1));
    bed.server.happen("message_received", messageOf(1, uuid(1)));
    bed.server.refusing = NO_ANSWER;
    await bed.timing.pass(50);
    bed.server.refusing = null;
    expect(bed.store.state.conversations.get(uuid(1))).toBeUndefined();
    await bed.timing.pass(20_000);
    expect(bed.store.state.conversations.get(uuid(1))).toBeDefined();
    expect(bed.store.state.directories.labels.get(label.id)).toEqual(label);
    expect(bed.store.state.conversations.counts?.all).toBe(1);
    expect(bed.server.teams).toHaveBeenCalledOnce(); // a refusal stays one
  });

  it("is asked for where a campaign's message comes into an open thread, as its words are not told", async () => {
    for (const number of [1, 2]) bed.server.put(conversationOf(number));
    await live();
    await bed.store.loadThread(uuid(1));
    const ours = {
      direction: "outbound",
      status: "accepted",
      accepted_at: timeAt(9),
      type: "template",
    } as const;
    const payload = { template: { name: "summer" } };
    for (const number of [1, 2]) {
      bed.server.say(messageOf(number, uuid(number), { ...ours, payload }));
      bed.server.put(conversationOf(number, { last_message_at: timeAt(9), version: 2 }));
    }
    bed.server.asked.length = 0;
    for (const number of [1, 2]) bed.server.happen("message_accepted", messageOf(number, uuid(number), ours));
    await bed.timing.pass(50);
    const { threads, conversations } = bed.store.state;
    expect(threads.messages.get(messageOf(1, uuid(1)).id)?.payload).toEqual(payload);
    expect(conversations.get(uuid(1))?.last_message_at).toBe(timeAt(9));
    expect(bed.server.asked.filter((what) => what.startsWith("messages"))).toHaveLength(1); // of who is not looked at, nothing
  });

  it("moves a conversation that was merged to where it went, and what was written in it", async () => {
    bed.server.put(conversationOf(1));
    const gone = bed.server.put(conversationOf(2));
    await live();
    await bed.store.loadList(ALL);
    bed.store.drafts.set(gone.id, "reply", "a reply");
    bed.store.drafts.set(gone.id, "note", "a note");
    bed.store.drafts.set(uuid(1), "note", "what was there");
    bed.server.conversationMap.delete(gone.id);
    bed.server.conversation = async () => bed.server.put(conversationOf(1, { version: 2 }));
    bed.server.happen("contact_merged", {
      contact_id: conversationOf(1).contact.id,
      other_id: gone.contact.id,
    });
    await bed.timing.pass(50);
    expect(listed()).toEqual([uuid(1)]);
    expect(bed.store.state.conversations.liveId(gone.id)).toBe(uuid(1));
    expect(bed.store.drafts.get(uuid(1), "reply")).toBe("a reply");
    expect(bed.store.drafts.get(uuid(1), "note")).toBe("what was there\na note");
    expect(newStore().drafts.shown(gone.id)).toBe("");
  });
});

describe("the counts", () => {
  const counts = () => bed.store.state.conversations.counts;
  const asked = () => bed.server.asked.filter((what) => what === "counts").length;
  const known = conversationOf(1, { last_message_at: timeAt(9) });

  beforeEach(async () => {
    bed.server.put(known);
    bed.server.put(conversationOf(2, { state: "resolved" }));
    await live();
    await bed.store.loadList(ALL);
    await bed.timing.pass(21_000);
    received(50, 1);
    await bed.timing.pass(2_000);
    expect(counts()).toMatchObject({ all: 1, unread_all: 1 });
    bed.server.asked.length = 0;
  });

  it("are right within a second where the page did not know the conversation", async () => {
    bed.server.put({ ...(bed.server.conversationMap.get(uuid(2)) as typeof known), state: "open" });
    received(100, 2);
    await bed.timing.pass(1_000);
    expect(counts()).toMatchObject({ all: 2, unread_all: 2 });
    expect(asked()).toBe(1);
  });

  it("are right within a second also where the event does not carry the conversation", async () => {
    const awake = { ...(bed.server.conversationMap.get(uuid(2)) as typeof known), state: "open" } as const;
    bed.server.put({ ...awake, unread_count: 1 });
    bed.server.happen("message_received", messageOf(100, uuid(2)));
    await bed.timing.pass(1_000);
    expect(counts()).toMatchObject({ all: 2, unread_all: 2 });
  });

  it("are asked for less and less often while very much happens, and are right at its end", async () => {
    for (let number = 3; number < 303; number += 1) {
      received(100 + number, number);
      await bed.timing.pass(200);
    }
    expect(asked()).toBeLessThanOrEqual(15); // in a minute
    await bed.timing.pass(5_000);
    expect(counts()?.unread_all).toBe(301);
  });

  it("are asked for again where something was shown before the server knew of it", async () => {
    received(100, 1);
    await bed.timing.pass(30_000);
    let answer: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const markRead = bed.server.markRead.bind(bed.server);
    vi.spyOn(bed.server, "markRead").mockImplementationOnce(async (id, upTo) => {
      await slow;
      return markRead(id, upTo);
    });
    const done = bed.store.markRead(uuid(1), messageOf(100, uuid(1)).id);
    received(101, 2);
    await bed.timing.pass(500);
    answer();
    await done;
    await bed.timing.pass(2_000);
    expect(counts()?.unread_all).toBe(0);
  });
});

describe("changing", () => {
  beforeEach(async () => {
    bed.server.put(conversationOf(1));
    await live();
    await bed.store.loadList(ALL);
  });

  it("shows before the bed.server answers", async () => {
    const done = bed.store.change(uuid(1), { state: "resolved" });
    expect(listed()).toEqual([]);
    await done;
    expect(bed.store.state.conversations.get(uuid(1))).toMatchObject({ state: "resolved", version: 2 });
  });

  it("is taken back where the bed.server refuses, and the refusal reaches whoever asked", async () => {
    bed.server.refusing = new Problem(409, { code: "conflict" });
    await expect(bed.store.change(uuid(1), { assignee_id: ME })).rejects.toMatchObject({ code: "conflict" });
    expect(bed.store.state.conversations.get(uuid(1))?.assignee_id).toBeNull();
  });

  it("reading sets the count to zero at once", async () => {
    received(100, 1);
    const done = bed.store.markRead(uuid(1), messageOf(100, uuid(1)).id);
    expect(bed.store.state.conversations.get(uuid(1))?.unread_count).toBe(0);
    await done;
    expect(bed.store.state.conversations.get(uuid(1))).toEqual(bed.server.conversationMap.get(uuid(1)));
  });

  describe("of which somebody wrote more meanwhile", () => {
    const unread = () => bed.store.state.conversations.get(uuid(1))?.unread_count;
    const read = (number: number) => bed.store.markRead(uuid(1), messageOf(number, uuid(1)).id);

    beforeEach(() => {
      const answer = bed.server.markRead.bind(bed.server);
      vi.spyOn(bed.server, "markRead").mockImplementation((...asked) =>
        settled().then(() => answer(...asked)),
      );
      received(100, 1);
    });

    it("that stays unread", async () => {
      const done = read(100);
      received(101, 1);
      expect([await done, unread()]).toEqual([true, 1]);
    });

    it("and is read by whoever looks at it before the answer is there", async () => {
      const first = read(100);
      received(101, 1);
      const second = read(101);
      expect([await first, await second, unread()]).toEqual([true, true, 0]);
    });
  });
});

describe("presence", () => {
  it("tells what is open here and what is typed, at most once in three seconds", async () => {
    await live();
    bed.store.presence.look(uuid(1));
    await bed.timing.pass(1000);
    for (let key = 0; key < 60; key += 1) {
      bed.store.presence.type("reply");
      await bed.timing.pass(100);
    }
    const said = bed.server.socket.said.filter((frame) => (frame as { typing: boolean }).typing);
    expect(said.length).toBeGreaterThanOrEqual(2);
    expect(said.length).toBeLessThanOrEqual(3);
    expect(said[0]).toEqual({ type: "viewing", conversation_id: uuid(1), typing: true, mode: "reply" });
    await bed.timing.pass(10_000);
    expect(bed.server.socket.said.at(-1)).toMatchObject({ typing: false });
  });

  it("shows colleagues, not oneself, and nobody once the connection is gone", async () => {
    await live();
    const people = [
      { user_id: ME, typing: false, mode: "reply" },
      { user_id: uuid(50), typing: true, mode: "note" },
    ];
    bed.server.socket.tell({ type: "presence", conversation_id: uuid(1), people });
    expect(bed.store.presence.at(uuid(1))).toEqual([people[1]]);
    bed.server.socket.drop();
    await settled();
    expect(bed.store.presence.at(uuid(1))).toEqual([]);
  });
});

describe("drafts", () => {
  it("are kept for each conversation and mode, over a reload", () => {
    bed.store.drafts.set(uuid(1), "reply", "a reply");
    bed.store.drafts.set(uuid(1), "note", "a note");
    const reloaded = newStore();
    expect(reloaded.drafts.get(uuid(1), "reply")).toBe("a reply");
    expect(reloaded.drafts.get(uuid(1), "note")).toBe("a note");
    expect(reloaded.drafts.get(uuid(2), "reply")).toBe("");
    reloaded.drafts.set(uuid(1), "reply", "");
    expect(newStore().drafts.shown(uuid(1))).toBe("a note");
  });
});

it("keeps nothing of somebody who was erased: no draft, no quote, no file, nothing that waits to be sent", async () => {
  localStorage.clear();
  bed.server.put(conversationOf(1));
  await live();
  await bed.store.loadConversation(uuid(1));
  bed.server.refusing = new Problem(422, { code: "invalid_request" });
  bed.store.send({ conversation_id: uuid(1), body: { type: "text" }, type: "text", text: "hi" });
  await settled();
  bed.store.drafts.set(uuid(1), "reply", "Dear Ana");
  bed.store.drafts.setQuote(uuid(1), messageOf(1, uuid(1)));
  bed.store.held.set(uuid(1), [{ id: "f", file: new File(["bytes"], "plan.pdf"), url: null }]);

  bed.server.happen("contact_erased", { contact_id: "c", conversation_ids: [uuid(1)] });
  await settled();
  expect(Object.keys(localStorage)).toEqual([]);
  expect(bed.store.wouldLose()).toBe(false);
  expect(bed.store.outbox.stuck()).toEqual([]);
  expect(bed.kept.size).toBe(0);
  expect(bed.store.state.conversations.isMissing(uuid(1))).toBe(true);
});

it("lets go, as it opens, of what was written to conversations that are no more, and of nothing else", async () => {
  localStorage.clear();
  bed.server.put(conversationOf(2));
  const before = newStore();
  before.drafts.set(uuid(1), "reply", "Dear Ana");
  before.drafts.set(uuid(1), "note", "called twice");
  before.drafts.setQuote(uuid(1), messageOf(1, uuid(1)));
  before.drafts.set(uuid(2), "reply", "Dear Berta");
  const unsent = { body: { type: "text" }, type: "text", text: "hi" };
  bed.server.refusing = new Problem(422, { code: "invalid_request" });
  for (const number of [1, 2]) before.send({ ...unsent, conversation_id: uuid(number) });
  await settled();
  bed.server.refusing = null;
  bed.store = newStore();

  await live();
  await settled();
  expect(Object.keys(localStorage)).toEqual([`curbe.draft/t/u/${uuid(2)}/reply`]);
  expect([...bed.kept.values()].map((pending) => pending.conversation_id)).toEqual([uuid(2)]);
  expect(bed.store.drafts.get(uuid(1), "reply")).toBe("");
});

it.each([
  ["the server does not answer", NO_ANSWER],
  [
    "a proxy answers in its place that there is no such page",
    new Problem(404, { code: "unreadable_answer" }),
  ],
])("keeps what was written where %s", async (_, problem) => {
  localStorage.clear();
  await live();
  bed.store.stop();
  bed.store = newStore();
  bed.store.drafts.set(uuid(1), "reply", "Dear Ana");
  const refused = vi.spyOn(bed.server, "conversation").mockRejectedValue(problem);

  await live();
  expect(refused).toHaveBeenCalled();
  expect(bed.store.drafts.get(uuid(1), "reply")).toBe("Dear Ana");
});

it("holds files for who chose them while they look into another workspace", () => {
  const held = heldOf("one/u");
  const parts = { backend: bed.server, me: "u", outbox: keptOutbox(), timing: bed.timing };
  new InboxStore({ ...parts, owner: "one/u", held }).held.set(uuid(1), [
    { id: "f", file: new File(["bytes"], "plan.pdf"), url: null },
  ]);
  const other = new InboxStore({ ...parts, owner: "two/u", held: heldOf("two/u") });
  expect(other.held.any()).toBe(false);
  expect(holdsAny()).toBe(true);
  const back = new InboxStore({ ...parts, owner: "one/u", held: heldOf("one/u") });
  expect(back.held.of(uuid(1))).toHaveLength(1);
  back.held.clear();
});

it("keeps the open conversation among the unread ones when the log begins anew", () => {
  const view: View = { tab: "all", unread: true };
  const unread = conversationOf(1, { unread_count: 1, version: 1 });
  const former = new State(ME, () => undefined);
  former.putConversation(unread);
  former.conversations.addPage(former.conversations.list(view), [unread], null);
  former.conversations.setReading(unread.id);

  const state = new State(ME, () => undefined);
  state.conversations.goOnReading(former.conversations);
  state.conversations.addPage(state.conversations.list(view), [], null);
  state.putConversation({ ...unread, unread_count: 0, version: 2 });
  const ids = () => state.conversations.list(view).state.ids;
  expect(ids()).toEqual([unread.id]);
  state.conversations.setReading(null);
  expect(ids()).toEqual([]);
});
