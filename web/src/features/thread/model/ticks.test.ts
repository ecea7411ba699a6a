import { describe, expect, it } from "vitest";
import { messageOf, uuid } from "@/shared/store/testing";
import type { Message, MessageStatus } from "@/shared/store/types";
import { factsOf, remedyOf, tickOf, troubleOf } from "./ticks";

const sent = (status: MessageStatus, more: Partial<Message> = {}) =>
  messageOf(1, uuid(1), { direction: "outbound", status, ...more });

describe("ticks", () => {
  it("are of what we send, never of what the person wrote", () => {
    expect(tickOf(messageOf(1, uuid(1)))).toBeNull();
    expect(tickOf(sent("delivered"))).toBe("delivered");
  });

  it("tell what Meta holds back only while it does", () => {
    expect(troubleOf(sent("accepted", { provider_status: "held_for_quality_assessment" }))).toBe("held");
    expect(troubleOf(sent("delivered", { provider_status: "held_for_quality_assessment" }))).toBeNull();
    expect(troubleOf(sent("accepted", { provider_status: "paused" }))).toBe("paused");
  });

  it("offer to retry what failed, to send again what is unknown, and neither once it was done", () => {
    expect(remedyOf(sent("failed"))).toBe("retry");
    expect(remedyOf(sent("unknown"))).toBe("send_again");
    expect(remedyOf(sent("failed", { retried_by: uuid(3) }))).toBeNull();
    expect(remedyOf(sent("sent"))).toBeNull();
    expect(remedyOf(messageOf(1, uuid(1), { status: "failed" }))).toBeNull();
  });

  it("know when each step was, in order", () => {
    const message = sent("read", { accepted_at: "2026-11-20T12:00:01Z", read_at: "2026-11-20T12:00:09Z" });
    expect(factsOf(message).map(({ fact }) => fact)).toEqual(["created", "accepted", "read"]);
  });
});
