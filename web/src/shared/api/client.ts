/**
 * The API, typed by its own OpenAPI document (schema.d.ts; `make web-types` writes it).
 *
 *     const page = await answer(api.GET("/api/tenants/{tenant_id}/keys", { params: { path: { tenant_id } } }));
 *
 * Every refusal is thrown as a `Problem`.
 */

import createClient from "openapi-fetch";
import { authorize, tellUnauthorized } from "./credentials";
import { NO_PROBLEM, Problem, problemOf, UNREACHABLE } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** Milliseconds for a whole answer; what asks holds its dialog so long. Files take as long as they take. */
const LONGEST_WAIT = 60_000;

/** A read that came too fast is asked again so often, after at most so many milliseconds each time. */
const MOST_RESTS = 2;
const LONGEST_REST = 15_000;
const USUAL_REST = 2_000;

/**
 * Fetches with the session's credentials; throws a `Problem` for everything but a success. `until` ends it beside the request's own signal.
 * A read that comes faster than allowed waits as long as the server says and is asked again; what changes something is the caller's to repeat.
 */
export async function apiFetch(request: Request, until?: AbortSignal): Promise<Response> {
  authorize(request.headers, request.method);
  const signal = until ? AbortSignal.any([request.signal, until]) : request.signal;
  for (let rests = 0; ; rests += 1) {
    const response = await fetched(request, signal);
    if (response.ok) return response;
    const problem = await problemOf(response);
    const rest = rests < MOST_RESTS ? restBefore(request, problem) : null;
    if (rest === null) {
      if (problem.status === 401 && problem.code === "unauthorized" && !asksWhoOneIs(request))
        tellUnauthorized();
      throw problem;
    }
    await pause(rest, signal);
  }
}

async function fetched(request: Request, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(request, { signal });
  } catch (fault) {
    if (request.signal.aborted) throw fault;
    throw new Problem(0, { code: UNREACHABLE, title: "The server does not answer" });
  }
}

/** Returns how many milliseconds to wait before asking again; null where that is not for us to do. A proxy's 429 has no code of the API's. */
function restBefore(request: Request, problem: Problem): number | null {
  if (request.method !== "GET" || problem.status !== 429 || problem.code === "too_many_requests") return null;
  const rest = problem.retryAfter === null ? USUAL_REST : problem.retryAfter * 1_000;
  return rest <= LONGEST_REST ? rest : null;
}

/** Ends early where the request is given up: what is fetched then tells why. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Its 401 is an answer like any other, and nothing to ask about again. */
function asksWhoOneIs(request: Request): boolean {
  return new URL(request.url).pathname === "/api/auth/session";
}

/** For the generated client, which reads a body without a word for one that breaks off or is no JSON: it gets whole ones only. */
async function wholeFetch(request: Request, until?: AbortSignal): Promise<Response> {
  const response = await apiFetch(request, until);
  const text = await textOf(response, request.signal);
  jsonOf(text);
  return new Response(text || null, { status: response.status, headers: response.headers });
}

/** For a call whose work grows with what it is given, a file of many rows for one: `{ fetch: unhurried }`. */
export const unhurried = (request: Request): Promise<Response> => wholeFetch(request);

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: (request) => wholeFetch(request, AbortSignal.timeout(LONGEST_WAIT)),
});

/** Returns the body of a success. */
export async function answer<T>(asked: Promise<{ data?: T }>): Promise<T> {
  const { data } = await asked;
  return data as T;
}

export interface Call {
  body?: unknown;
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** Where the caller says what the answer is: the inbox has its shapes from the event log, which the OpenAPI document does not tell of. */
export async function call<T>(
  method: string,
  path: string,
  { body, query, signal, headers }: Call = {},
): Promise<T> {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) url.searchParams.append(name, String(one));
    }
  }
  const response = await apiFetch(
    new Request(url, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      headers: body === undefined ? { ...headers } : { "Content-Type": "application/json", ...headers },
      signal: signal ?? null,
    }),
    AbortSignal.timeout(LONGEST_WAIT),
  );
  return jsonOf(await textOf(response, signal)) as T;
}

/** A success that breaks off midway or takes too long is a `Problem` like no answer at all ... */
async function textOf(response: Response, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await response.text();
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new Problem(0, { code: UNREACHABLE, title: "The answer broke off" });
  }
}

/** ... and so is one that a proxy made up. */
function jsonOf(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(0, { code: NO_PROBLEM, title: "The answer is no JSON" });
  }
}
