import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { aSession, fakeApi, ok, problem } from "@/testing/fake-api";
import { signedIn } from "./signed-in";

const SESSION = "GET /api/auth/session";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a page whose session ended goes on where somebody has signed in, in whichever tab", async () => {
  const answers = [problem(401, "unauthorized"), problem(401, "unauthorized")];
  const { asked } = fakeApi({ [SESSION]: () => answers.shift() ?? ok(aSession()) });
  const goesOn = signedIn(new QueryClient(), new AbortController().signal);

  await vi.advanceTimersByTimeAsync(11_000);

  expect(await goesOn).toBe(true);
  expect(asked).toHaveLength(3);
});

test("a page that was left asks no more", async () => {
  const { asked } = fakeApi({ [SESSION]: () => problem(401, "unauthorized") });
  const left = new AbortController();
  const goesOn = signedIn(new QueryClient(), left.signal);
  await vi.advanceTimersByTimeAsync(6_000);
  const before = asked.length;

  left.abort();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(await goesOn).toBe(false);
  expect(asked).toHaveLength(before);
});
