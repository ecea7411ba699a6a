import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Problem } from "@/shared/api/problem";
import { InboxStore } from "@/shared/store/store";
import { keptOutbox, TestServer, uuid } from "@/shared/store/testing";
import { fakeApi, ok, problem } from "@/testing/fake-api";
import { saveNote } from "./save-note";

const PATH = `/api/tenants/${uuid(9)}/inbox/conversations/${uuid(1)}/notes`;
const WHERE = { tenantId: uuid(9), conversationId: uuid(1) };
const NOTE = { body: "Call her", mentions: [] };
const ANSWERED = { id: uuid(70) };

let store: InboxStore;
/** What the server answers, one after the other; the last one from then on. */
let answers: (() => Response)[];
let keys: (string | null)[];

beforeEach(() => {
  vi.useFakeTimers();
  store = new InboxStore({ backend: new TestServer(), me: uuid(2), owner: "t/u", outbox: keptOutbox() });
  keys = [];
  fakeApi({
    [`POST ${PATH}`]: ({ headers }) => {
      keys.push(headers.get("Idempotency-Key"));
      return ((answers.length > 1 ? answers.shift() : answers[0]) as () => Response)();
    },
  });
});

afterEach(() => void vi.useRealTimers());

const lost = () => problem(503, "unavailable");
const asks = async (note = NOTE) => {
  const outcome = saveNote(store, WHERE, note).then(
    ({ id }) => id,
    (error: Problem) => error.code,
  );
  await vi.runAllTimersAsync();
  return outcome;
};

test("a note whose answer was lost is asked for again with its key", async () => {
  answers = [lost, () => ok(ANSWERED, 201)];
  expect(await asks()).toBe(ANSWERED.id);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBeTruthy();
  expect(new Set(keys).size).toBe(1);
});

test("one that no answer comes to is given up, and keeps its key for when it is sent again as it was", async () => {
  answers = [lost];
  expect(await asks()).toBe("unavailable");
  expect(keys).toHaveLength(3);
  answers = [() => ok(ANSWERED, 201)];
  await asks();
  expect(new Set(keys).size).toBe(1);
  await asks();
  expect(new Set(keys).size).toBe(2); // the same words once more, on purpose
});

test("with other words it is another note", async () => {
  answers = [lost];
  await asks();
  answers = [() => ok(ANSWERED, 201)];
  await asks({ body: "Call her today", mentions: [] });
  expect(new Set(keys).size).toBe(2);
});

test("a refusal is told at once", async () => {
  answers = [() => problem(422, "invalid_request")];
  expect(await asks()).toBe("invalid_request");
  expect(keys).toHaveLength(1);
});
