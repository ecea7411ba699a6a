import { describe, expect, it } from "vitest";
import { State } from "./state";
import { chance, conversationOf, ME, messageOf, shuffled, timeAt, uuid } from "./testing";
import type { Conversation, LoggedEvent, Message, MessageStatus } from "./types";
import { keyOfView, type View } from "./views";

const VIEWS: View[] = [
  { tab: "all" },
  { tab: "mine" },
  { tab: "unassigned", unread: true },
  { tab: "all", states: ["resolved"], labels: [uuid(90)] },
  { tab: "all", priorities: ["urgent", "high"] },
];

/** A server on which a day passes by chance; returns what its log says, and what it holds in the end. */
function day(seed: number): { log: LoggedEvent[]; conversations: Conversation[]; messages: Message[] } {
  const random = chance(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const conversations = [1, 2, 3, 4, 5].map((number) => conversationOf(number));
  const messages = new Map<string, Message>();
  const log: LoggedEvent[] = [];
  const tell = (type: string, data: object, conversation: Conversation, message: Message | null): void => {
    const cursor = `1.${log.length}`;
    const created_at = timeAt(log.length);
    log.push({
      cursor,
      type,
      conversation_id: conversation.id,
      message_id: message?.id ?? null,
      data,
      created_at,
    });
  };
  const save = (conversation: Conversation): Conversation => {
    const saved = { ...conversation, version: (conversation.version ?? 0) + 1 };
    conversations[conversations.findIndex((one) => one.id === saved.id)] = saved;
    return saved;
  };
  const shown = (message: Message) => {
    const { id, direction, type, text, status, created_at } = message;
    return { id, direction, type, text, status, created_at };
  };
  for (let step = 1; step <= 60; step += 1) {
    const conversation = pick(conversations);
    const mine = [...messages.values()].filter((message) => message.conversation_id === conversation.id);
    const outbound = mine.filter((message) => message.direction === "outbound");
    const what = random();
    if (what < 0.25) {
      const message = messageOf(step, conversation.id, { payload: { body: `first ${step}` } });
      messages.set(message.id, message);
      const now = save({
        ...conversation,
        state: "open",
        unread_count: conversation.unread_count + 1,
        last_message: shown(message),
        last_message_at: message.created_at,
      });
      tell("message_received", { ...message, conversation: now }, now, message);
    } else if (what < 0.45) {
      const sent = {
        direction: "outbound",
        status: "queued",
        payload: { body: "hi" },
        provider_message_id: null,
      } as const;
      const message = messageOf(step, conversation.id, sent);
      messages.set(message.id, message);
      const now = save({
        ...conversation,
        last_message: shown(message),
        last_message_at: message.created_at,
      });
      tell("message_queued", { ...message, conversation: now }, now, message);
    } else if (what < 0.75 && outbound.length) {
      const message = pick(outbound);
      const facts = {
        accepted: "accepted_at",
        sent: "sent_at",
        delivered: "delivered_at",
        read: "read_at",
      } as const;
      const status = pick(Object.keys(facts) as (keyof typeof facts)[]);
      const rank: MessageStatus[] = ["queued", "accepted", "sent", "delivered", "read"];
      if (message[facts[status]] !== undefined) continue;
      const now: Message = {
        ...message,
        [facts[status]]: timeAt(step),
        provider_message_id: `wamid.${message.id}`,
      };
      now.status = rank.indexOf(status) > rank.indexOf(message.status) ? status : message.status;
      messages.set(now.id, now);
      if (conversation.last_message?.id === now.id) {
        // A status does not touch the conversation's row: its version stays.
        const index = conversations.findIndex((one) => one.id === conversation.id);
        conversations[index] = { ...conversation, last_message: shown(now) };
      }
      const { payload: _, ...told } = now;
      tell(`message_${status}`, told, conversation, now);
    } else if (what < 0.85 && mine.length) {
      const message = pick(mine);
      if (message.revoked_at !== undefined) continue;
      const edited: Message = {
        ...message,
        text: `edited ${step}`,
        edited_at: timeAt(step),
        payload: { body: `edited ${step}` },
      };
      const revoked: Message = { ...message, text: null, revoked_at: timeAt(step) };
      delete revoked.payload;
      const now = random() < 0.7 ? edited : revoked;
      messages.set(now.id, now);
      const moved =
        conversation.last_message?.id === now.id
          ? save({ ...conversation, last_message: shown(now) })
          : conversation;
      tell(
        now.revoked_at ? "message_revoked" : "message_edited",
        { ...now, conversation: moved },
        moved,
        now,
      );
    } else {
      const change = pick<Partial<Conversation>>([
        { state: "resolved" },
        { state: "waiting" },
        { assignee_id: ME },
        { assignee_id: null },
        { label_ids: [uuid(90)] },
        { priority: "urgent" },
        { priority: "low" },
        { unread_count: 0 },
        { snoozed_until: timeAt(step), state: "snoozed" },
      ]);
      const now = save({ ...conversation, ...change });
      tell("conversation_updated", now, now, null);
    }
  }
  return { log, conversations, messages: [...messages.values()] };
}

/** Everything that can be seen of a state. */
function seen(state: State): unknown {
  const { conversations, threads } = state;
  const ids = [...conversations.all()].sort();
  return {
    conversations: ids.map((id) => conversations.get(id)),
    lists: VIEWS.map((view) => {
      const { ids: all, count } = conversations.list(view).state;
      return all.slice(0, count);
    }),
    threads: ids.map((id) => threads.state(id, null, []).keys),
    messages: ids.flatMap((id) => threads.state(id, null, []).keys.map((key) => threads.messageAt(key))),
  };
}

function opened(): State {
  const state = new State(ME, () => undefined);
  for (const number of [1, 2, 3, 4, 5]) {
    state.threads.open(uuid(number), () => true);
    state.threads.addPage(uuid(number), [], { from: null, to: null });
  }
  for (const view of VIEWS) state.conversations.addPage(state.conversations.list(view), [], null);
  return state;
}

function stateAfter(events: readonly LoggedEvent[]): State {
  const state = opened();
  for (const event of events) state.apply(event);
  return state;
}

describe("any order, any repetition", () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

  it.each(seeds)("the same events lead to the same state, whichever came first (day %i)", (seed) => {
    const { log } = day(seed);
    const inOrder = seen(stateAfter(log));
    const random = chance(seed + 1000);
    for (let turn = 0; turn < 3; turn += 1) {
      const repeated = log.flatMap((event) => (random() < 0.3 ? [event, event] : [event]));
      expect(seen(stateAfter(shuffled(repeated, random)))).toEqual(inOrder);
    }
  });

  it.each(seeds)("the screen equals the server once everything was told (day %i)", (seed) => {
    const { log, conversations, messages } = day(seed);
    const state = stateAfter(shuffled(log, chance(seed)));
    for (const conversation of conversations.filter((one) => (one.version ?? 0) > 1)) {
      expect(state.conversations.get(conversation.id)).toEqual(conversation);
    }
    for (const message of messages) {
      const { content_as_of: _, ...known } = state.threads.messageAt(message.id) ?? {};
      expect(known).toEqual(message);
    }
  });

  it.each(seeds)("a page of the API that was read at any moment takes nothing back (day %i)", (seed) => {
    const { log } = day(seed);
    const random = chance(seed);
    const half = stateAfter(log.slice(0, Math.floor(random() * log.length)));
    const snapshot = [...half.conversations.all()].flatMap((id) => half.conversations.get(id) ?? []);
    const state = stateAfter(log);
    const before = seen(state);
    for (const conversation of snapshot) state.putConversation(conversation);
    expect(seen(state)).toEqual(before);
  });

  it("applying an event a second time is no change at all", () => {
    const { log } = day(7);
    const touched: string[] = [];
    const state = new State(ME, (topic) => touched.push(topic));
    for (const event of log) state.apply(event);
    touched.length = 0;
    for (const event of log) state.apply(event);
    expect(touched).toEqual([]);
  });
});

describe("messages", () => {
  const conversation = conversationOf(1);

  function told(...facts: [string, Partial<Message>][]): Message | undefined {
    const state = opened();
    for (const [type, change] of facts) {
      const data = messageOf(1, conversation.id, { direction: "outbound", status: "queued", ...change });
      state.apply({
        cursor: "1",
        type,
        conversation_id: conversation.id,
        message_id: data.id,
        data,
        created_at: timeAt(1),
      });
    }
    return state.threads.messageAt(messageOf(1, conversation.id).id);
  }

  it("shows our own verdict 'failed' no longer once the provider turns out to have it", () => {
    const failed = {
      status: "failed",
      failed_at: timeAt(5),
      error: { kind: "timeout", words: { en: "", es: "", pt: "" } },
    } as const;
    const accepted = { status: "accepted", failed_at: timeAt(5), accepted_at: timeAt(4) } as const;
    for (const order of [
      [failed, accepted],
      [accepted, failed],
    ]) {
      const message = told(
        ...order.map((facts): [string, Partial<Message>] => [`message_${facts.status}`, facts]),
      );
      expect(message?.status).toBe("accepted");
      expect(message?.error).toBeUndefined();
    }
  });

  it("keeps the content where an event about a status leaves it out", () => {
    const message = told(
      ["message_queued", { payload: { body: "hi" } }],
      ["message_sent", { status: "sent", sent_at: timeAt(2) }],
    );
    expect(message).toMatchObject({ status: "sent", payload: { body: "hi" } });
  });

  it("takes reactions from those who know of them only", () => {
    const reactions = [{ who: "contact", emoji: "👍", at: timeAt(3) }];
    expect(
      told(["message_reacted", { reactions }], ["message_read", { status: "read", read_at: timeAt(4) }])
        ?.reactions,
    ).toEqual(reactions);
    expect(told(["message_reacted", { reactions }], ["message_reacted", {}])?.reactions).toBeUndefined();
  });

  it("keeps a file that is stored, whatever is said later of its being fetched", () => {
    const message = told(
      ["message_received", { media: { state: "pending" } }],
      ["media_stored", { media: { state: "stored", id: uuid(5) } }],
      ["message_received", { media: { state: "pending" } }],
    );
    expect(message?.media?.state).toBe("stored");
  });

  it("asks for a conversation whose event did not carry it", () => {
    const data = messageOf(1, conversation.id);
    const event = {
      cursor: "1",
      type: "message_received",
      conversation_id: conversation.id,
      message_id: data.id,
      data,
      created_at: "",
    };
    expect(opened().apply(event)).toEqual([{ kind: "conversation", id: conversation.id }]);
  });

  it("forgets the conversations of somebody who was erased", () => {
    const state = opened();
    const event = {
      cursor: "1",
      type: "contact_erased",
      conversation_id: null,
      message_id: null,
      data: { contact_id: conversation.contact.id, conversation_ids: [conversation.id] },
      created_at: "",
    };
    expect(state.apply(event)).toEqual([]);
    expect(state.conversations.get(conversation.id)).toBeUndefined();
  });

  it("ignores what it does not know", () => {
    const event = {
      cursor: "1",
      type: "comet_seen",
      conversation_id: null,
      message_id: null,
      data: {},
      created_at: "",
    };
    expect(opened().apply(event)).toEqual([]);
  });
});

describe("lists", () => {
  it("show nothing below the last page that was loaded, as the pages between are not known", () => {
    const state = new State(ME, () => undefined);
    const list = state.conversations.list({ tab: "all" });
    state.conversations.addPage(list, [conversationOf(50), conversationOf(40)], "more");
    state.putConversation(conversationOf(10));
    state.putConversation(conversationOf(45));
    expect(shownOf(state)).toEqual([uuid(50), uuid(45), uuid(40)]);
    state.conversations.addPage(list, [conversationOf(30)], null);
    expect(shownOf(state)).toEqual([uuid(50), uuid(45), uuid(40), uuid(30), uuid(10)]);
  });

  it("move what changed, and only that", () => {
    const touched: string[] = [];
    const state = new State(ME, (topic) => touched.push(topic));
    const list = state.conversations.list({ tab: "all" });
    state.conversations.addPage(list, [conversationOf(5), conversationOf(4), conversationOf(3)], null);
    touched.length = 0;
    state.putConversation(conversationOf(3, { last_message_at: timeAt(9), version: 2 }));
    expect(shownOf(state)).toEqual([uuid(3), uuid(5), uuid(4)]);
    expect(touched).toContain(`list/${keyOfView({ tab: "all" })}`);
    touched.length = 0;
    state.putConversation(conversationOf(5, { unread_count: 2, version: 2 }));
    expect(touched).toEqual([`conversation/${uuid(5)}`]);
  });

  it("show a change before the server has answered, and take it back where it refuses", () => {
    const state = new State(ME, () => undefined);
    for (const tab of ["mine", "unassigned"] as const) {
      state.conversations.addPage(state.conversations.list({ tab }), [conversationOf(5)], null);
    }
    const takeBack = state.conversations.wish(uuid(5), { assignee_id: ME });
    expect(shownOf(state, "mine")).toEqual([uuid(5)]);
    expect(shownOf(state, "unassigned")).toEqual([]);
    takeBack();
    expect(shownOf(state, "mine")).toEqual([]);
    expect(shownOf(state, "unassigned")).toEqual([uuid(5)]);
  });

  it("hold what was written in the same moment in the order of their ids", () => {
    const state = new State(ME, () => undefined);
    const same = [3, 1, 2].map((number) => conversationOf(number, { last_message_at: timeAt(1) }));
    state.conversations.addPage(state.conversations.list({ tab: "all" }), same, null);
    expect(shownOf(state)).toEqual([uuid(3), uuid(2), uuid(1)]);
  });

  function shownOf(state: State, tab: View["tab"] = "all"): readonly string[] {
    const { ids, count } = state.conversations.list({ tab }).state;
    return ids.slice(0, count);
  }
});

describe("counts", () => {
  it("follow each change of a conversation that is known", () => {
    const state = new State(ME, () => undefined);
    state.putConversation(conversationOf(1));
    state.conversations.setCounts({
      mine: 0,
      unassigned: 1,
      all: 1,
      unread_mine: 0,
      unread_unassigned: 0,
      unread_all: 0,
      capped_at: 1000,
      unread_connections: [],
      unread_views: [],
    });
    state.putConversation(conversationOf(1, { assignee_id: ME, unread_count: 2, version: 2 }));
    expect(state.conversations.counts).toMatchObject({
      mine: 1,
      unassigned: 0,
      all: 1,
      unread_mine: 1,
      unread_all: 1,
    });
  });

  it("are to be asked for again where something moved that was not known", () => {
    const state = new State(ME, () => undefined);
    state.conversations.setCounts({
      mine: 0,
      unassigned: 9,
      all: 9,
      unread_mine: 0,
      unread_unassigned: 0,
      unread_all: 0,
      capped_at: 1000,
      unread_connections: [],
      unread_views: [],
    });
    state.conversations.addPage(state.conversations.list({ tab: "all" }), [conversationOf(1)], null);
    expect(state.conversations.countsMissed).toBe(false); // what is read for the first time was counted all along
    state.hearConversation(conversationOf(1, { unread_count: 1, version: 2 }));
    expect(state.conversations.countsMissed).toBe(false);
    state.hearConversation(conversationOf(2));
    expect(state.conversations.countsMissed).toBe(true);
  });

  it("of what is unread follow in each number and each view that was saved, except where there are more than were counted", () => {
    const state = new State(ME, () => undefined);
    const [late, all] = [uuid(90), uuid(91)];
    const unread = (id: string, count: number, more = false) => ({ id, count, more });
    state.putConversation(conversationOf(1, { unread_count: 1 }));
    state.conversations.setCounts({
      mine: 0,
      unassigned: 1,
      all: 1,
      unread_mine: 0,
      unread_unassigned: 1,
      unread_all: 1,
      capped_at: 1000,
      unread_connections: [unread(uuid(7), 3), unread(uuid(8), 0)],
      unread_views: [unread(late, 0), unread(all, 99, true)],
    });
    state.conversations.setSaved(
      new Map([
        [late, { tab: "all", labels: [uuid(80)] }],
        [all, { tab: "all" }],
      ]),
    );
    state.putConversation(conversationOf(1, { unread_count: 1, label_ids: [uuid(80)], version: 2 }));
    expect(state.conversations.counts?.unread_views).toEqual([unread(late, 1), unread(all, 99, true)]);
    state.putConversation(conversationOf(1, { unread_count: 0, label_ids: [uuid(80)], version: 3 }));
    expect(state.conversations.counts?.unread_views).toEqual([unread(late, 0), unread(all, 99, true)]);
    expect(state.conversations.counts?.unread_connections).toEqual([unread(uuid(7), 2), unread(uuid(8), 0)]);
  });
});
