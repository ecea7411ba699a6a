import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/shared/api/problem";
import { PATIENCE } from "./outbox";
import { conversationOf, messageOf, settled, uuid } from "./testing";
import { bed, live, NO_ANSWER, newStore, setUp } from "./testing-bed";
import type { Message } from "./types";

setUp();

describe("a message that is sent", () => {
  const said = {
    conversation_id: uuid(1),
    body: { type: "text", conversation_id: uuid(1), text: "hi" },
    type: "text",
    text: "hi",
  };
  const keys = () => bed.store.thread(uuid(1), null).keys;

  beforeEach(async () => {
    bed.server.put(conversationOf(1));
    await live();
    await bed.store.loadThread(uuid(1));
  });

  it("shows at once, and is one line from then on, whichever tells of it first", async () => {
    for (const eventFirst of [true, false]) {
      const pending = bed.store.send(said);
      expect(bed.store.line(pending.client_id)).toMatchObject({
        kind: "pending",
        pending: { state: "posting" },
      });
      if (!eventFirst) await settled();
      const message =
        bed.server.sent.get(pending.client_id) ??
        messageOf(500 + bed.server.sent.size, uuid(1), { client_id: pending.client_id });
      bed.server.sent.set(pending.client_id, message);
      bed.server.happen("message_queued", message);
      await settled();
      expect(keys().filter((key) => key === pending.client_id || key === message.id)).toEqual([
        pending.client_id,
      ]);
      expect(bed.store.line(pending.client_id)).toMatchObject({
        kind: "message",
        message: { id: message.id },
      });
    }
    expect(bed.kept.size).toBe(0);
  });

  it("is one line where a page of the thread is quicker than the event that tells of it", async () => {
    bed.server.put(conversationOf(2));
    const pending = bed.store.send({
      ...said,
      conversation_id: uuid(2),
      body: { ...said.body, conversation_id: uuid(2) },
    });
    await settled();
    bed.server.say(bed.server.sent.get(pending.client_id) as Message);
    await bed.store.loadThread(uuid(2));
    expect(bed.store.thread(uuid(2), null).keys).toEqual([pending.client_id]);
    bed.server.happen("message_queued", bed.server.sent.get(pending.client_id) as Message);
    await settled();
    expect(bed.store.thread(uuid(2), null).keys).toEqual([pending.client_id]);
  });

  it("goes out in the order it was written", async () => {
    const order = [bed.store.send(said), bed.store.send(said), bed.store.send(said)].map(
      (pending) => `send ${pending.client_id}`,
    );
    await settled();
    expect(bed.server.asked.filter((what) => what.startsWith("send"))).toEqual(order);
  });

  describe("behind a file that is still going up", () => {
    const file = { conversation_id: uuid(1), type: "image" };
    const sent = () =>
      bed.server.asked.filter((what) => what.startsWith("send")).map((what) => what.split(" ")[1]);

    it("waits for it, however long that takes, and goes out behind it", async () => {
      const held = bed.store.outbox.hold(file);
      const text = bed.store.send(said);
      await bed.timing.pass(PATIENCE * 4);
      expect(sent()).toEqual([]);
      expect(bed.store.line(text.client_id)).toMatchObject({ pending: { state: "posting" } });
      bed.store.outbox.release(held.client_id, said.body);
      await settled();
      expect(sent()).toEqual([held.client_id, text.client_id]);
    });

    it("has its fifteen seconds from then on", async () => {
      const held = bed.store.outbox.hold(file);
      const text = bed.store.send(said);
      await bed.timing.pass(PATIENCE * 4);
      bed.server.refusing = NO_ANSWER;
      bed.store.outbox.release(held.client_id, said.body);
      await bed.timing.pass(PATIENCE - 1);
      expect(bed.store.line(text.client_id)).toMatchObject({ pending: { state: "posting" } });
      await bed.timing.pass(1);
      expect(bed.store.line(text.client_id)).toMatchObject({ pending: { state: "failed" } });
    });

    it("is left to a person by another page that takes it up meanwhile: it knows nothing of the file", async () => {
      const held = bed.store.outbox.hold(file);
      const text = bed.store.send(said);
      const other = newStore();
      await other.outbox.restore();
      await settled();
      expect(sent()).toEqual([]);
      expect(other.outbox.get(text.client_id)).toMatchObject({ state: "failed" });
      bed.store.outbox.release(held.client_id, said.body);
      await settled();
      expect(sent()).toEqual([held.client_id, text.client_id]);
    });

    it.each([
      ["is refused", (id: string) => bed.store.outbox.refuse(id, new Problem(413, { code: "too_large" }))],
      ["is let go", (id: string) => bed.store.outbox.discard(id)],
    ])("goes out once that %s", async (_, end) => {
      const held = bed.store.outbox.hold(file);
      const text = bed.store.send(said);
      await settled();
      end(held.client_id);
      await settled();
      expect(sent()).toEqual([text.client_id]);
    });

    it("waits for all of them; one in another conversation, and a reaction, do not", async () => {
      const [one, other] = [bed.store.outbox.hold(file), bed.store.outbox.hold(file)];
      const text = bed.store.send(said);
      const reaction = bed.store.send({ ...said, type: "reaction" });
      const elsewhere = bed.store.send({ ...said, conversation_id: uuid(2) });
      await settled();
      expect(sent().sort()).toEqual([reaction.client_id, elsewhere.client_id].sort());
      bed.store.outbox.release(one.client_id, said.body);
      await settled();
      expect(sent()).not.toContain(text.client_id);
      bed.store.outbox.release(other.client_id, said.body);
      await settled();
      expect(sent().slice(2)).toEqual([one.client_id, other.client_id, text.client_id]);
    });
  });

  it("fails after its 15 seconds also where the clock was set back after it was written", async () => {
    bed.server.refusing = NO_ANSWER;
    const pending = bed.store.send(said);
    await settled();
    bed.store.stop();
    bed.timing.setBack(365 * 86_400_000);
    bed.store = newStore();
    await bed.store.outbox.restore();
    await bed.timing.pass(PATIENCE);
    expect(bed.store.outbox.get(pending.client_id)).toMatchObject({ state: "failed" });
  });

  it("is tried again by itself for 15 seconds, then fails and waits for a person; Retry posts the same key", async () => {
    bed.server.refusing = NO_ANSWER;
    const pending = bed.store.send(said);
    await bed.timing.pass(PATIENCE - 1);
    expect(bed.store.line(pending.client_id)).toMatchObject({ pending: { state: "posting" } });
    await bed.timing.pass(1);
    expect(bed.store.line(pending.client_id)).toMatchObject({
      pending: { state: "failed", problem: { code: "unreachable" } },
    });
    expect(bed.store.outbox.stuck().map(({ client_id }) => client_id)).toEqual([pending.client_id]);
    const tries = bed.server.asked.length;
    bed.server.refusing = null;
    await bed.timing.pass(60_000);
    expect(bed.server.sent.size).toBe(0);
    expect(bed.server.asked.slice(tries).some((what) => what.startsWith("send"))).toBe(false);
    bed.store.outbox.retry(pending.client_id);
    await settled();
    expect([...bed.server.sent.keys()]).toEqual([pending.client_id]);
    expect(bed.store.line(pending.client_id)).toMatchObject({ pending: { state: "taken" } });
  });

  it("that never gets an answer fails too", async () => {
    bed.server.send = () => new Promise(() => undefined);
    const pending = bed.store.send(said);
    await bed.timing.pass(PATIENCE);
    expect(bed.store.line(pending.client_id)).toMatchObject({ pending: { state: "failed" } });
  });

  it("whose answer nobody understands is tried again later, not at once and without end", async () => {
    vi.stubGlobal("reportError", vi.fn());
    const send = vi.spyOn(bed.server, "send").mockResolvedValueOnce(undefined as never);
    const pending = bed.store.send(said);
    await settled();
    expect(send).toHaveBeenCalledOnce();
    await bed.timing.pass(500);
    expect(bed.store.line(pending.client_id)).toMatchObject({ pending: { state: "taken" } });
  });

  it("that the bed.server refuses keeps its words and says why", async () => {
    bed.server.refusing = new Problem(409, { code: "window_closed", detail: "closed" });
    const pending = bed.store.send(said);
    await settled();
    expect(bed.store.line(pending.client_id)).toMatchObject({
      pending: { state: "refused", text: "hi", problem: { code: "window_closed" } },
    });
    bed.server.refusing = null;
    bed.store.outbox.retry(pending.client_id, { text: "hi again" });
    await settled();
    expect(bed.server.sent.get(pending.client_id)?.text).toBe("hi again");
  });

  it("survives a reload: what is fresh goes on by itself, what is old waits for a person", async () => {
    bed.server.refusing = NO_ANSWER;
    const old = bed.store.send(said);
    await bed.timing.pass(PATIENCE);
    const fresh = bed.store.send({ ...said, text: "fresh" });
    await settled();
    bed.store.stop();
    bed.server.refusing = null;
    bed.store = newStore();
    void bed.store.start();
    await bed.timing.pass(0);
    expect([...bed.server.sent.keys()]).toEqual([fresh.client_id]);
    expect(bed.store.line(old.client_id)).toMatchObject({ pending: { state: "failed", text: "hi" } });
  });

  it("is forgotten with everything else when the user signs out", async () => {
    bed.server.refusing = NO_ANSWER;
    bed.store.send(said);
    bed.store.drafts.set(uuid(1), "reply", "secret");
    await settled();
    expect(bed.kept.size).toBe(1);
    await bed.store.forget();
    await settled();
    expect(bed.kept.size).toBe(0);
    expect(newStore().drafts.shown(uuid(1))).toBe("");
  });

  it("that is still being prepared shows with its progress, and can be taken back", async () => {
    const held = bed.store.outbox.hold({ ...said, type: "image" });
    bed.store.outbox.progress(held.client_id, 0.5);
    expect(bed.store.line(held.client_id)).toMatchObject({ pending: { state: "held", progress: 0.5 } });
    expect(bed.kept.size).toBe(0);
    bed.store.outbox.discard(held.client_id);
    expect(bed.store.line(held.client_id)).toBeNull();
    bed.store.outbox.release(held.client_id, said.body);
    await settled();
    expect(bed.server.sent.size).toBe(0);
  });
});

describe("a file that is going up when its workspace is left", () => {
  const file = { conversation_id: uuid(1), type: "document", text: "plan.pdf" };
  const body = { type: "document", conversation_id: uuid(1), document: { id: "m1" } };

  beforeEach(async () => {
    bed.server.put(conversationOf(1));
    await live();
  });

  it("is sent once it is up, though nobody came back", async () => {
    const held = bed.store.outbox.hold(file);
    bed.store.stop();
    bed.store.outbox.release(held.client_id, body);
    await settled();
    expect([...bed.server.sent.keys()]).toEqual([held.client_id]);
    expect(bed.kept.size).toBe(0);
  });

  it("goes on as a line of the workspace once somebody is back there, and is sent from it", async () => {
    const held = bed.store.outbox.hold(file);
    bed.store.stop();
    expect(bed.store.outbox.isPreparing()).toBe(true);
    const back = newStore();
    bed.store.outbox.handOver(back.outbox);
    bed.store.outbox.progress(held.client_id, 0.5);
    expect(back.outbox.get(held.client_id)).toMatchObject({ state: "held", progress: 0.5 });
    bed.store.outbox.release(held.client_id, body);
    await settled();
    expect([...bed.server.sent.keys()]).toEqual([held.client_id]);
  });

  describe("with words behind it", () => {
    const words = { ...file, type: "text", text: "The plan", body: { type: "text", text: "The plan" } };
    const sent = () => [...bed.server.sent.keys()];

    it("is sent with them, in their order, though nobody came back", async () => {
      const held = bed.store.outbox.hold(file);
      const text = bed.store.send(words);
      bed.store.stop();
      await settled();
      expect(sent()).toEqual([]);
      bed.store.outbox.release(held.client_id, body);
      await settled();
      expect(sent()).toEqual([held.client_id, text.client_id]);
      expect(bed.kept.size).toBe(0);
    });

    it("lets them wait in the workspace of whoever is back, however long they have waited", async () => {
      const held = bed.store.outbox.hold(file);
      const text = bed.store.send(words);
      bed.store.stop();
      await bed.timing.pass(PATIENCE * 4);
      const back = newStore();
      bed.store.outbox.handOver(back.outbox);
      await back.outbox.restore();
      expect(back.outbox.get(text.client_id)).toMatchObject({ state: "posting" });
      bed.store.outbox.release(held.client_id, body);
      await settled();
      expect(sent()).toEqual([held.client_id, text.client_id]);
    });
  });

  it("is taken up by whoever comes back where it waited to be posted, and by nobody else", async () => {
    bed.server.refusing = NO_ANSWER;
    bed.store.send({ ...file, body });
    await settled();
    bed.store.stop();
    bed.server.refusing = null;
    await bed.timing.pass(PATIENCE);
    expect(bed.server.sent.size).toBe(0);
  });
});

it("what one tab lets go is gone from the others, and is not sent from them", async () => {
  bed.server.put(conversationOf(1));
  await live();
  bed.server.refusing = new Problem(422, { code: "invalid_request" });
  const said = { conversation_id: uuid(1), body: { type: "text" }, type: "text", text: "hi" };
  const pending = bed.store.send(said);
  await settled();
  const other = newStore();
  await other.outbox.restore();
  expect(other.outbox.stuck()).toHaveLength(1);
  bed.store.outbox.discard(pending.client_id);
  expect(other.outbox.stuck()).toEqual([]);
});
