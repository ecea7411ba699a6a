import { beforeEach, describe, expect, it } from "vitest";
import { conversationOf, messageOf, timeAt, uuid } from "./testing";
import { bed, live, NO_ANSWER, received, setUp } from "./testing-bed";

setUp();

describe("a thread", () => {
  beforeEach(async () => {
    bed.server.put(conversationOf(1));
    for (let number = 1; number <= 12; number += 1) bed.server.say(messageOf(number, uuid(1)));
    await live();
  });

  const numbers = (anchor: string | null = null) =>
    bed.store
      .thread(uuid(1), anchor)
      .keys.map((key) => Number(bed.store.state.threads.messageAt(key)?.text?.split(" ")[1]));
  const id = (number: number) => messageOf(number, uuid(1)).id;

  it("is read page by page to its beginning", async () => {
    await bed.store.loadThread(uuid(1));
    expect(numbers()).toEqual([10, 11, 12]);
    for (let page = 0; page < 4; page += 1) await bed.store.loadOlder(uuid(1));
    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(bed.store.thread(uuid(1), null).older).toBe(false);
  });

  it("opens around a message that was found, and closes the gap when it is read on", async () => {
    await bed.store.loadThread(uuid(1));
    await bed.store.loadAround(uuid(1), id(4));
    expect(numbers(id(4))).toEqual([3, 4, 5]);
    expect(numbers()).toEqual([10, 11, 12]);
    expect(bed.store.thread(uuid(1), id(4))).toMatchObject({ older: true, newer: true });
    await bed.store.loadNewer(uuid(1), id(4));
    await bed.store.loadNewer(uuid(1), id(4));
    expect(numbers(id(4))).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(numbers()).toEqual(numbers(id(4)));
    expect(bed.store.thread(uuid(1), id(4)).newer).toBe(false);
  });

  it("shows what arrives at its end, not in the middle of an old stretch", async () => {
    await bed.store.loadAround(uuid(1), id(4));
    received(13, 1);
    expect(numbers(id(4))).toEqual([3, 4, 5]);
    await bed.store.loadThread(uuid(1));
    expect(numbers()).toEqual([11, 12, 13]);
  });

  it("is told of as failed where it could not be loaded, and loads when asked again", async () => {
    bed.server.refusing = NO_ANSWER;
    await bed.store.loadThread(uuid(1));
    expect(bed.store.thread(uuid(1), null)).toMatchObject({ failed: NO_ANSWER, loading: null });
    bed.server.refusing = null;
    await bed.store.loadThread(uuid(1));
    expect(numbers()).toEqual([10, 11, 12]);
  });

  it("goes where somebody jumps while another page is on its way, and back to its end", async () => {
    await bed.store.loadThread(uuid(1));
    const page = bed.store.loadOlder(uuid(1));
    await Promise.all([page, bed.store.loadAround(uuid(1), id(2))]);
    expect(numbers(id(2))).toEqual([1, 2, 3]);
    expect(numbers()).toEqual([7, 8, 9, 10, 11, 12]);
    expect(bed.store.thread(uuid(1), id(2)).loading).toBeNull();
  });

  it("comes to its end where somebody jumps there while an older stretch is being read", async () => {
    await bed.store.loadAround(uuid(1), id(4));
    const page = bed.store.loadNewer(uuid(1), id(4));
    await Promise.all([page, bed.store.loadThread(uuid(1)), bed.store.loadAround(uuid(1), id(1))]);
    expect(numbers()).toEqual([10, 11, 12]);
    expect(numbers(id(1))).toContain(1);
  });

  it("is asked for once by two who go to the same place, also where it fails", async () => {
    bed.server.refusing = NO_ANSWER;
    bed.server.asked.length = 0;
    await Promise.all([bed.store.loadAround(uuid(1), id(4)), bed.store.loadAround(uuid(1), id(4))]);
    expect(bed.server.asked).toHaveLength(1);
    expect(bed.store.thread(uuid(1), id(4))).toMatchObject({ failed: NO_ANSWER, loading: null });
  });

  it("forgets a page that failed once somebody goes elsewhere", async () => {
    await bed.store.loadThread(uuid(1));
    bed.server.refusing = NO_ANSWER;
    await bed.store.loadOlder(uuid(1));
    expect(bed.store.thread(uuid(1), null).failed).toBe(NO_ANSWER);
    await bed.store.loadThread(uuid(1));
    expect(bed.store.thread(uuid(1), null).failed).toBeNull();
  });

  it("is another for who lists its lines where a file or a reaction comes to one, and not where one has come further", async () => {
    await bed.store.loadThread(uuid(1));
    const before = bed.store.thread(uuid(1), null);
    const read = { status: "read", read_at: timeAt(20) } as const;
    bed.server.happen("message_read", messageOf(12, uuid(1), read));
    expect(bed.store.thread(uuid(1), null)).toBe(before);
    const reactions = [{ who: "contact", emoji: "👍", at: timeAt(21) }];
    bed.server.happen("message_reacted", messageOf(12, uuid(1), { ...read, reactions }));
    expect(bed.store.thread(uuid(1), null)).not.toBe(before);
  });

  it("shows what waits to be sent behind its latest message, not in place of what is looked for", async () => {
    await bed.store.loadThread(uuid(1));
    bed.server.refusing = NO_ANSWER;
    const body = { type: "text", conversation_id: uuid(1), text: "hi" };
    const { client_id } = bed.store.send({ conversation_id: uuid(1), body, type: "text", text: "hi" });
    expect(bed.store.thread(uuid(1), null).keys.at(-1)).toBe(client_id);
    expect(bed.store.thread(uuid(1), id(4))).toMatchObject({ keys: [], newer: true });
  });
});
