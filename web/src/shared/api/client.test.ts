import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeApi, ok, problem } from "@/testing/fake-api";
import { answer, api, call } from "./client";
import { setCredentials, whenUnauthorized } from "./credentials";
import { isProblem, Problem } from "./problem";

test("what changes something carries the token against forgery, what only reads does not", async () => {
  const { asked } = fakeApi({ "GET /api/x": () => ok({}), "POST /api/x": () => ok({}) });
  setCredentials({ csrf: "token", bearer: null });

  await call("GET", "/api/x");
  await call("POST", "/api/x", { body: { a: 1 } });

  expect(asked.map((one) => one.headers.get("X-CSRF-Token"))).toEqual([null, "token"]);
  expect(asked[1]?.body).toEqual({ a: 1 });
});

test("an embedded page carries its bearer instead", async () => {
  const { asked } = fakeApi({ "POST /api/x": () => ok({}) });
  setCredentials({ csrf: null, bearer: "curbe_s_1" });

  await call("POST", "/api/x");

  expect(asked[0]?.headers.get("Authorization")).toBe("Bearer curbe_s_1");
  setCredentials({ csrf: null, bearer: null });
});

test("a refusal is thrown with its code, its field and when to come back", async () => {
  fakeApi({
    "POST /api/x": () =>
      problem(429, "too_many_requests", { field: "email", request_id: "r1" }, { "Retry-After": "7" }),
  });

  const failure = await call("POST", "/api/x").catch((error: unknown) => error);

  expect(isProblem(failure, "too_many_requests")).toBe(true);
  expect(failure).toMatchObject({ status: 429, field: "email", requestId: "r1", retryAfter: 7 });
});

describe("what is asked faster than allowed", () => {
  const tooFast = () => problem(429, "rate_limited", {}, { "Retry-After": "3" });
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test("is read again after as long as the server says", async () => {
    const answers = [tooFast(), new Response("<h1>Too Many Requests</h1>", { status: 429 }), ok({ a: 1 })];
    const { asked } = fakeApi({ "GET /api/x": () => answers.shift() ?? tooFast() });
    const told = call("GET", "/api/x");

    await vi.advanceTimersByTimeAsync(2_999);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await told).toEqual({ a: 1 });
  });

  test("is told in the end, and at once where it changes something, takes long or was a wrong guess", async () => {
    const { asked } = fakeApi({
      "GET /api/x": tooFast,
      "POST /api/x": tooFast,
      "GET /api/long": () => problem(429, "rate_limited", {}, { "Retry-After": "60" }),
      "GET /api/guess": () => problem(429, "too_many_requests", {}, { "Retry-After": "3" }),
    });
    const told = Promise.allSettled([
      call("GET", "/api/x"),
      call("POST", "/api/x"),
      call("GET", "/api/long"),
      call("GET", "/api/guess"),
    ]);
    await vi.advanceTimersByTimeAsync(10_000);

    expect((await told).map((one) => one.status === "rejected" && one.reason.status)).toEqual([
      429, 429, 429, 429,
    ]);
    expect(asked).toHaveLength(3 + 1 + 1 + 1);
  });

  test("is not asked again by who has gone away", async () => {
    const given = new AbortController();
    let answered = 0;
    fakeApi({
      "GET /api/x": () => {
        given.signal.throwIfAborted(); // as the browser's own fetch does
        answered += 1;
        return tooFast();
      },
    });
    const told = call("GET", "/api/x", { signal: given.signal }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    given.abort();
    await vi.advanceTimersByTimeAsync(0);

    expect(isProblem(await told)).toBe(false);
    expect(answered).toBe(1);
  });
});

test("an answer that is no problem+json, and none at all, are problems with codes too", async () => {
  fakeApi({ "GET /api/x": () => new Response("<h1>Bad gateway</h1>", { status: 502 }) });
  await expect(call("GET", "/api/x")).rejects.toMatchObject({ code: "unreadable_answer", status: 502 });

  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(call("GET", "/api/x")).rejects.toMatchObject({ code: "unreachable", status: 0 });
});

test("a success that breaks off midway, and one that a proxy made up, are problems like no answer at all", async () => {
  const broken = () =>
    new ReadableStream({ start: (controller) => controller.error(new TypeError("network error")) });
  fakeApi({
    "GET /api/broken": () => new Response(broken(), { status: 200 }),
    "GET /api/portal": () => new Response("<h1>Sign in to this network</h1>", { status: 200 }),
  });

  await expect(call("GET", "/api/broken")).rejects.toMatchObject({ code: "unreachable", status: 0 });
  await expect(call("GET", "/api/portal")).rejects.toMatchObject({ code: "unreadable_answer", status: 0 });
});

test("so they are where the generated client reads them", async () => {
  const broken = () =>
    new ReadableStream({ start: (controller) => controller.error(new TypeError("network error")) });
  const asked = () => answer(api.GET("/api/auth/session"));

  fakeApi({ "GET /api/auth/session": () => new Response(broken(), { status: 200 }) });
  await expect(asked()).rejects.toMatchObject({ code: "unreachable", status: 0 });
  fakeApi({ "GET /api/auth/session": () => new Response("<h1>Sign in</h1>", { status: 200 }) });
  await expect(asked()).rejects.toMatchObject({ code: "unreadable_answer", status: 0 });
});

test("an answer that does not come within a minute is none, before it begins and while it comes", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const given = new AbortController();
    setTimeout(() => given.abort(new DOMException("", "TimeoutError")), ms);
    return given.signal;
  });
  const silent = (request: Request, init?: RequestInit) =>
    new Promise<Response>((_, reject) => {
      const signal = init?.signal ?? request.signal;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const slow = async (request: Request, init?: RequestInit) => {
    const signal = init?.signal ?? request.signal;
    const start = (body: ReadableStreamDefaultController) =>
      signal.addEventListener("abort", () => body.error(signal.reason));
    return new Response(new ReadableStream({ start }));
  };
  for (const server of [silent, slow]) {
    vi.stubGlobal("fetch", server);
    const told = Promise.allSettled([call("POST", "/api/x"), answer(api.GET("/api/tenants"))]);
    await vi.advanceTimersByTimeAsync(60_000);
    const unreachable = { status: "rejected", reason: { code: "unreachable", status: 0 } };
    expect(await told).toMatchObject([unreachable, unreachable]);
  }
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("what was given up on purpose is no problem of the network's", async () => {
  const given = new AbortController();
  fakeApi({
    "GET /api/x": () => {
      given.abort();
      return new Response(new ReadableStream({ start: (body) => body.error(given.signal.reason) }));
    },
  });

  const failure = await call("GET", "/api/x", { signal: given.signal }).catch((error: unknown) => error);

  expect(isProblem(failure)).toBe(false);
});

test("a session that is over is told, except by the question who one is", async () => {
  fakeApi({
    "GET /api/x": () => problem(401, "unauthorized"),
    "GET /api/auth/session": () => problem(401, "unauthorized"),
    "POST /api/auth/sign-in": () => problem(401, "wrong_credentials"),
  });
  const told = vi.fn();
  const stop = whenUnauthorized(told);

  await call("GET", "/api/auth/session").catch(() => null);
  await call("POST", "/api/auth/sign-in").catch(() => null);
  expect(told).not.toHaveBeenCalled();

  await call("GET", "/api/x").catch(() => null);
  expect(told).toHaveBeenCalledOnce();
  stop();
});

test("the typed client refuses and answers as the rest does", async () => {
  fakeApi({
    "GET /api/tenants": () => ok({ items: [], next_cursor: null }),
    "POST /api/tenants": () => problem(422, "invalid_request"),
  });

  expect(await answer(api.GET("/api/tenants"))).toEqual({ items: [], next_cursor: null });
  await expect(answer(api.POST("/api/tenants", { body: { name: "" } }))).rejects.toBeInstanceOf(Problem);
});
