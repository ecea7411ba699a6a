/** The store's requests, over HTTP and the socket of `docs/reference/events.md`. */

import { type Call, call } from "@/shared/api/client";
import { bearer } from "@/shared/api/credentials";
import { Problem, UNREACHABLE } from "@/shared/api/problem";
import type { Pause } from "@/shared/whatsapp/pause-words";
import type { Backend, BulkAnswer } from "./backend";
import type {
  Annotation,
  Connection,
  Conversation,
  Counts,
  Label,
  LoggedEvent,
  Message,
  Page,
  Person,
  Team,
} from "./types";
import { AWAKE, type View } from "./views";

const FIRST_CONVERSATIONS = 60;
const MORE_CONVERSATIONS = 200;
const MESSAGES = 50;
const ANNOTATIONS = 500;
const SEND_WITHIN = 10_000;
const CATCH_UP_WITHIN = 8_000;

interface Status {
  connections: {
    id: string;
    status: string;
    display_name: string | null;
    phone_number_e164: string | null;
    country_id: string | null;
    needs_registration: boolean;
    paused: boolean;
    pause_cause: string | null;
    pause_reason: string | null;
    pause_words: Pause["pause_words"];
  }[];
}

export function httpBackend(tenantId: string): Backend {
  const tenant = `/api/tenants/${tenantId}`;
  const inbox = `${tenant}/inbox`;
  const conversation = (id: string) => `${inbox}/conversations/${id}`;
  return {
    events: (since) =>
      within(CATCH_UP_WITHIN, (signal) =>
        call<{ items: LoggedEvent[]; next_cursor: string; more: boolean }>("GET", `${tenant}/events`, {
          query: { since, limit: since === "now" ? 1 : 500 },
          signal,
        }),
      ),
    openSocket: (since) => {
      const url = new URL(`${tenant}/events/ws`, location.href);
      url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      url.searchParams.set("since", since);
      const key = bearer(); // an embedded page has no cookie
      return new WebSocket(url, key === null ? ["curbe.v1"] : ["curbe.v1", `bearer.${key}`]);
    },
    conversations: (view, cursor) =>
      call<Page<Conversation>>("GET", `${inbox}/conversations`, {
        query: {
          ...filtersOf(view),
          cursor: cursor ?? undefined,
          limit: cursor === null ? FIRST_CONVERSATIONS : MORE_CONVERSATIONS,
        },
      }),
    conversationsById: async (ids) => {
      const page = await call<Page<Conversation>>("GET", `${inbox}/conversations`, { query: { ids } });
      return page.items;
    },
    conversation: (id) => call<Conversation>("GET", conversation(id)),
    counts: () => call<Counts>("GET", `${inbox}/counts`),
    messages: (id, { before, after, around }) =>
      call<Page<Message>>("GET", `${conversation(id)}/messages`, {
        query: { before, after, around, limit: MESSAGES },
      }),
    annotations: (id, from, to) =>
      everything<Annotation>(`${conversation(id)}/annotations`, {
        from: from ?? undefined,
        to: to ?? undefined,
        limit: ANNOTATIONS,
      }),
    people: () => everything<Person>(`${tenant}/people`),
    teams: () => everything<Team>(`${tenant}/teams`),
    labels: () => everything<Label>(`${tenant}/labels`),
    connections: async () => {
      const status = await call<Status>("GET", `${tenant}/whatsapp/status`);
      return status.connections.map(
        (one): Connection => ({
          id: one.id,
          status: one.status,
          name: one.display_name,
          phone: one.phone_number_e164,
          country: one.country_id,
          unregistered: one.needs_registration,
          pause: one.paused ? one : null,
        }),
      );
    },
    markRead: (id, upTo) =>
      call<Conversation>("POST", `${conversation(id)}/read`, { body: { seen_message_id: upTo } }),
    change: (id, change) => call<Conversation>("PATCH", conversation(id), { body: change }),
    changeMany: (ids, change) =>
      call<BulkAnswer>("POST", `${inbox}/conversations/bulk`, { body: { ids, change } }),
    send: (body, key) =>
      within(SEND_WITHIN, (signal) =>
        call("POST", `${tenant}/whatsapp/messages/send`, {
          body,
          signal,
          headers: { "Idempotency-Key": key },
        }),
      ),
  };
}

function filtersOf(view: View) {
  const assignee = { mine: "me", unassigned: "none", all: view.assignee }[view.tab];
  return {
    state: view.states?.length ? view.states : AWAKE,
    assignee,
    team: view.team,
    label: view.labels,
    priority: view.priorities,
    connection: view.connection,
    unread: view.unread || undefined,
    sort: view.sort,
  };
}

/** A network that swallows everything gives no answer for minutes: who has to go on by then gives up and asks again. */
async function within<Answer>(
  milliseconds: number,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const signal = AbortSignal.timeout(milliseconds);
  try {
    return await ask(signal);
  } catch (error) {
    if (signal.aborted) throw new Problem(0, { code: UNREACHABLE });
    throw error;
  }
}

/** All pages of a list that is known whole. */
async function everything<Item>(path: string, query: Call["query"] = { limit: 200 }): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<Item> = await call("GET", path, { query: { ...query, cursor } });
    items.push(...page.items);
    cursor = page.next_cursor;
  }
  return items;
}
