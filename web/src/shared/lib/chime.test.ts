import { beforeEach, expect, test, vi } from "vitest";
import { Chime } from "./chime";

const done: string[] = [];

/** The browser's sound, as far as a chime knows it; what is done with it is in `done`. */
class Context {
  state = "suspended";
  currentTime = 0;
  destination = {};
  resume = async () => {
    this.state = "running";
    done.push("resume");
  };
  suspend = async () => {
    this.state = "suspended";
    done.push("suspend");
  };
  close = async () => {
    this.state = "closed";
    done.push("close");
  };
  createOscillator = () => ({
    frequency: {},
    connect: (to: unknown) => to,
    start: () => done.push("note"),
    stop: () => undefined,
  });
  createGain = () => ({
    gain: {
      setValueAtTime: () => undefined,
      linearRampToValueAtTime: () => undefined,
      exponentialRampToValueAtTime: () => undefined,
    },
    connect: (to: unknown) => to,
  });
}

beforeEach(() => {
  done.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal("AudioContext", Context);
  return () => vi.useRealTimers();
});

test("a chime that is put away gives the browser its sound back", async () => {
  const chime = new Chime();
  chime.close(); // nobody has touched the page: there is none
  expect(done).toEqual([]);
  chime.allow();
  await vi.advanceTimersByTimeAsync(10);
  chime.close();
  expect(done).toEqual(["resume", "close"]);
  expect(chime.play()).toBe(false);
});

test("a chime that is put away while the browser makes up its mind stays silent", async () => {
  const chime = new Chime();
  chime.allow();
  chime.close();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual(["resume", "close"]);
  expect(chime.play()).toBe(false);
});

test("the browser's sound runs for as long as a chime does, and no key that is typed wakes it", async () => {
  const chime = new Chime();
  chime.allow();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual(["resume", "suspend"]);
  chime.allow();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual(["resume", "suspend"]);
  expect(chime.play()).toBe(true);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual(["resume", "suspend", "resume", "note", "note", "suspend"]);
  expect(chime.play()).toBe(true);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done.slice(6)).toEqual(["resume", "note", "note", "suspend"]);
});

test("one that is listened to wakes the browser's sound once, also where nothing has played yet", async () => {
  const chime = new Chime();
  chime.sample();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toEqual(["resume", "note", "note", "suspend"]);
});
