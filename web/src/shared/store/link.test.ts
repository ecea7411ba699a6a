import { beforeEach, describe, expect, it, vi } from "vitest";
import { conversationOf, settled, uuid } from "./testing";
import { ALL, bed, listed, live, NO_ANSWER, newStore, received, setUp, setUpAnew } from "./testing-bed";
import { keyOfView } from "./views";

setUp();

describe("a cut connection", () => {
  it("is resumed by the cursor: nothing is missed, nothing comes twice, nothing is loaded again", async () => {
    await live();
    await bed.store.loadList(ALL);
    await bed.store.loadThread(uuid(1));
    received(100, 1);
    bed.server.socket.drop();
    for (let number = 101; number <= 400; number += 1) received(number, 1 + (number % 5));
    await settled();
    expect(bed.store.state.conversations.get(uuid(1))).toEqual(bed.server.conversationMap.get(uuid(1)));
    await bed.timing.pass(1000);
    expect(bed.server.sockets).toHaveLength(2);
    expect(bed.server.socket.since).toBe(`1.${bed.server.log.length}`);
    bed.server.socket.open();
    await settled();
    expect(bed.store.status).toBe("live");
    expect(listed()).toHaveLength(5);
    const mine = bed.server.log.filter((event) => event.conversation_id === uuid(1));
    expect(bed.store.thread(uuid(1), null).keys).toEqual(mine.map((event) => event.message_id));
    expect(bed.server.asked.filter((what) => what.startsWith("conversations all"))).toHaveLength(1);
  });

  it("is retried for ever, later each time, at most every 15 seconds", async () => {
    await live();
    bed.server.refusing = NO_ANSWER;
    const pauses: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const before = bed.timing.now();
      const known = bed.server.sockets.length;
      bed.server.socket.drop();
      while (bed.server.sockets.length === known) await bed.timing.pass(50);
      pauses.push(bed.timing.now() - before);
    }
    expect(bed.store.status).toBe("offline");
    expect(pauses[0]).toBeLessThanOrEqual(550);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(15_050);
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(7_500);
  });

  it("of three seconds is mended within three and a half, whatever chance adds to the waits", async () => {
    for (const luck of [0, 0.25, 0.5, 0.75, 0.999]) {
      vi.spyOn(Math, "random").mockReturnValue(luck);
      setUpAnew();
      await live();
      const { server, timing } = bed;
      server.refusing = NO_ANSWER;
      server.socket.drop();
      for (let passed = 0; passed < 3_000; passed += 10) {
        await timing.pass(10);
        if (server.socket.readyState === 0) server.socket.drop();
      }
      server.refusing = null;
      received(100, 1);
      const back = timing.now();
      while (bed.store.state.conversations.get(uuid(1)) === undefined) {
        await timing.pass(10);
        if (server.socket.readyState === 0) server.socket.open();
        expect(timing.now() - back).toBeLessThanOrEqual(3_500);
      }
    }
  });

  it("is tried at once when the network is back", async () => {
    await live();
    bed.server.refusing = NO_ANSWER;
    for (let turn = 0; turn < 8; turn += 1) {
      bed.server.socket.drop();
      await bed.timing.pass(16_000);
    }
    bed.server.socket.drop();
    await settled();
    const before = bed.server.sockets.length;
    bed.server.refusing = null;
    bed.store.nudge({ networkChanged: true });
    await settled();
    expect(bed.server.sockets.length).toBe(before + 1);
    bed.server.socket.open();
    await settled();
    expect(bed.store.status).toBe("live");
  });

  it("is noticed where the network ate the goodbye: the bed.server pings, and silence ends it", async () => {
    await live();
    const first = bed.server.socket;
    await bed.timing.pass(44_000);
    expect(bed.server.sockets).toHaveLength(1);
    await bed.timing.pass(3_000);
    expect(first.readyState).toBe(3);
    expect(bed.server.sockets.length).toBeGreaterThan(1);
  });

  it("is noticed as soon where the clock was set back: by years, as with an empty battery", async () => {
    await live();
    const first = bed.server.socket;
    bed.timing.setBack(10 * 365 * 86_400_000);
    const waits = vi.spyOn(bed.timing, "later");
    await bed.timing.pass(90_000);
    expect(first.readyState).toBe(3);
    expect(bed.server.sockets.length).toBeGreaterThan(1);
    // A browser lets what is due in more than some 24 days come at once, and again, and again.
    expect(Math.max(...waits.mock.calls.map(([, milliseconds]) => milliseconds))).toBeLessThan(60_000);
  });

  it("becomes reading every few seconds where no socket opens, and says so", async () => {
    void bed.store.start();
    await settled();
    await bed.store.loadList(ALL);
    for (let turn = 0; turn < 3; turn += 1) {
      bed.server.socket.drop();
      await bed.timing.pass(1000);
    }
    expect(bed.store.status).toBe("polling");
    received(100, 1);
    await bed.timing.pass(3000);
    expect(listed()).toEqual([uuid(1)]);
    await bed.timing.pass(15_000);
    bed.server.socket.open();
    await settled();
    expect(bed.store.status).toBe("live");
  });

  it("is left behind for a socket also where the clock was set back meanwhile", async () => {
    void bed.store.start();
    await settled();
    bed.server.socket.drop(4429);
    await settled();
    expect(bed.store.status).toBe("polling");
    bed.timing.setBack(365 * 86_400_000);
    await bed.timing.pass(6_000);
    expect(bed.server.sockets).toHaveLength(2);
  });

  it("becomes reading every few seconds at once where too many pages are open, until there is room", async () => {
    void bed.store.start();
    await settled();
    bed.server.socket.drop(4429);
    await settled();
    expect(bed.store.status).toBe("polling");
    await bed.timing.pass(12_000);
    expect(bed.server.sockets).toHaveLength(1);
    await bed.timing.pass(6_000);
    bed.server.socket.open();
    await settled();
    expect(bed.store.status).toBe("live");
  });

  it("begins anew where the server's log did: everything is loaded again", async () => {
    bed.server.put(conversationOf(1));
    await live();
    await bed.store.loadList(ALL);
    bed.store.topics.subscribe(`list/${keyOfView(ALL)}`, () => undefined);
    bed.server.epoch = 2;
    bed.server.log.length = 0;
    bed.server.conversationMap.clear();
    bed.server.put(conversationOf(2));
    bed.server.socket.drop(4410);
    await bed.timing.pass(1000);
    expect(listed()).toEqual([uuid(2)]);
    expect(bed.server.socket.since).toBe("2.0");
  });

  it("ends where the session has ended, and goes on where there is another", async () => {
    let another = true;
    bed.store = newStore(async () => another);
    await live();
    bed.server.socket.drop(4401);
    await bed.timing.pass(1000);
    expect(bed.server.sockets).toHaveLength(2);
    bed.server.socket.open();
    another = false;
    bed.server.socket.drop(4403);
    await bed.timing.pass(60_000);
    expect(bed.server.sockets).toHaveLength(2);
    expect(bed.store.status).toBe("ended");
  });
});

describe("an answer that nobody understands", () => {
  const nonsense = () => vi.spyOn(bed.server, "events").mockResolvedValueOnce(undefined as never);

  beforeEach(() => {
    vi.stubGlobal("reportError", vi.fn());
  });

  it("does not keep the inbox from beginning", async () => {
    nonsense();
    void bed.store.start();
    await settled();
    expect(bed.store.status).toBe("offline");
    await bed.timing.pass(500);
    bed.server.socket.open();
    expect(bed.store.status).toBe("live");
    expect(reportError).toHaveBeenCalledOnce();
  });

  it("does not end the connection: the next try is made", async () => {
    await live();
    nonsense();
    bed.server.socket.drop();
    received(100, 1);
    await bed.timing.pass(1000);
    expect(bed.server.sockets).toHaveLength(2);
    bed.server.socket.open();
    await settled();
    expect(bed.store.status).toBe("live");
    expect(bed.store.state.conversations.get(uuid(1))).toBeDefined();
  });

  it("does not leave the page catching up for ever", async () => {
    await live();
    bed.server.socket.drop();
    await bed.timing.pass(1000);
    nonsense();
    bed.server.socket.open();
    await settled();
    expect(bed.store.status).toBe("live");
  });
});
