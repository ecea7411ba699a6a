import { describe, expect, it } from "vitest";
import { conversationOf, ME, messageOf, timeAt, uuid } from "@/shared/store/testing";
import type { LoggedEvent, Message } from "@/shared/store/types";
import { type Claim, concerns, handedIn, mentionIn, newsIn, rings } from "./ringing";

const NOW = Date.parse(timeAt(10));

function event(change: Partial<Message> = {}, type = "message_received", at = timeAt(9)): LoggedEvent {
  const data = messageOf(1, uuid(1), change);
  return { cursor: "1", type, conversation_id: uuid(1), message_id: data.id, data, created_at: at };
}

describe("news", () => {
  const known = (id: string) => (id === uuid(1) ? conversationOf(1) : undefined);

  it("are messages of people", () => {
    expect(newsIn(event(), known, NOW)?.conversation?.id).toBe(uuid(1));
    expect(newsIn(event({}, "message_sent"), known, NOW)).toBeNull();
    expect(newsIn(event({ type: "system" }), known, NOW)).toBeNull();
    expect(newsIn(event({ standby: true }), known, NOW)).toBeNull();
  });

  it("are not what was missed while one was away", () => {
    expect(newsIn(event({}, "message_received", timeAt(-200)), known, NOW)).toBeNull();
  });
});

describe("a mention", () => {
  const mention = (user_id: string, at = timeAt(9)): LoggedEvent => ({
    ...event({}, "mention", at),
    data: { user_id, annotation: { kind: "note", id: uuid(3), conversation_id: uuid(1) } },
  });

  it("is told to whom it calls, while it is new", () => {
    expect(mentionIn(mention(ME), ME, NOW)?.id).toBe(uuid(3));
    expect(mentionIn(mention(uuid(9)), ME, NOW)).toBeNull();
    expect(mentionIn(mention(ME, timeAt(-500)), ME, NOW)).toBeNull();
  });
});

describe("a conversation is handed", () => {
  const line = (author: string | null, activity: object, at = timeAt(9)): LoggedEvent => ({
    ...event({}, "annotation_added", at),
    data: { kind: "activity", id: uuid(3), conversation_id: uuid(1), author, activity },
  });
  const assigned = (author: string | null, to: string | null, at?: string) =>
    handedIn(line(author, { type: "assigned", assignee_id: to, from_id: null }, at), ME, NOW);

  it("to whom a colleague gives it, or a program", () => {
    expect(assigned(`user:${uuid(9)}`, ME)).toEqual({
      ...{ conversationId: uuid(1), why: "given", lineId: uuid(3), author: `user:${uuid(9)}` },
    });
    expect(assigned(`key:${uuid(9)}`, ME)?.why).toBe("given");
  });

  it("not to whoever takes it, nor by a rule: the message it came with is told", () => {
    expect(assigned(`user:${ME}`, ME)).toBeNull();
    expect(assigned("system:automations", ME)).toBeNull();
    expect(assigned(`user:${uuid(9)}`, uuid(8))).toBeNull();
    expect(assigned(`user:${uuid(9)}`, null)).toBeNull();
    expect(assigned(`user:${uuid(9)}`, ME, timeAt(-500))).toBeNull();
  });

  it("once it was put off until now", () => {
    const opened = { type: "state", state: "open", from_state: "snoozed" };
    expect(handedIn(line("system:snooze", opened), ME, NOW)?.why).toBe("due");
    expect(handedIn(line(`user:${uuid(9)}`, opened), ME, NOW)).toBeNull();
  });
});

describe("whom it concerns", () => {
  const of = (assignee_id: string | null, state: "open" | "blocked" = "open") =>
    conversationOf(1, { assignee_id, state });

  it("is whoever has it, and everybody where nobody has", () => {
    expect(concerns(of(ME), "mine", ME)).toBe(true);
    expect(concerns(of(null), "mine", ME)).toBe(true);
    expect(concerns(of(uuid(9)), "mine", ME)).toBe(false);
    expect(concerns(of(uuid(9)), "all", ME)).toBe(true);
    expect(concerns(of(ME), "off", ME)).toBe(false);
  });

  it("is nobody where the person is blocked", () => {
    expect(concerns(of(ME, "blocked"), "all", ME)).toBe(false);
  });
});

describe("of several tabs", () => {
  it("exactly one rings: the one that was looked at last", () => {
    const claims: Claim[] = [
      { tab: "a", seenAt: 5 },
      { tab: "b", seenAt: 9 },
      { tab: "c", seenAt: 9 },
    ];
    const ringing = claims.filter((mine) =>
      rings(
        mine,
        claims.filter((other) => other !== mine),
      ),
    );
    expect(ringing.map(({ tab }) => tab)).toEqual(["c"]);
  });

  it("one alone rings", () => {
    expect(rings({ tab: "a", seenAt: 0 }, [])).toBe(true);
  });
});
