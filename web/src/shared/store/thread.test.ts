import { beforeEach, describe, expect, it } from "vitest";
import { conversationOf, messageOf, uuid } from "./testing";
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
});
