/**
 * An API that answers what a test says, in place of the network: `fakeApi({ "GET /api/auth/session": () => ok(session()) })`. What is not
 * named is answered 404. `asked` holds every request, in order.
 */

import { vi } from "vitest";
import type { Session } from "@/shared/session/session";

export interface Asked {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
}

type Handler = (asked: Asked) => Response | Promise<Response>;

export function fakeApi(handlers: Record<string, Handler>): {
  asked: Asked[];
  handlers: Record<string, Handler>;
} {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    const text = request.body === null ? "" : await request.text(); // what has no body may be asked again
    const one = {
      method: request.method,
      path,
      body: text ? JSON.parse(text) : undefined,
      headers: request.headers,
    };
    asked.push(one);
    return (handlers[`${one.method} ${path}`] ?? (() => problem(404, "not_found")))(one);
  });
  return { asked, handlers };
}

export const ok = (body: unknown, status = 200) =>
  new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json" },
  });

export const problem = (status: number, code: string, members: object = {}, headers: HeadersInit = {}) =>
  new Response(
    JSON.stringify({ type: `urn:curbe:problem:${code}`, title: code, status, code, detail: "", ...members }),
    {
      status,
      headers: { "Content-Type": "application/problem+json", ...headers },
    },
  );

export function aSession(change: Partial<Session> = {}): Session {
  return {
    state: "signed_in",
    user: {
      id: "0190bbbb-0000-7000-8000-000000000001",
      email: "ana@clinica.example",
      name: "Ana Torres",
      language: null,
      is_operator: false,
      has_password: true,
      totp: false,
      passkeys: 0,
    },
    memberships: [
      {
        tenant_id: "0190aaaa-0000-7000-8000-000000000001",
        tenant_name: "Clínica Sol",
        language: null,
        role: "agent",
        scopes: ["inbox:read", "inbox:write", "messages:send"],
        suspended: false,
      },
    ],
    csrf_token: "against-forgery",
    expires_at: "2030-01-01T00:00:00Z",
    embedded: false,
    insecure: false,
    ...change,
  };
}
