import { waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { conversationOf, ME, messageOf, TestServer, uuid } from "@/shared/store/testing";
import type { LoggedEvent } from "@/shared/store/types";
import { renderInbox } from "@/testing/inbox";
import { InboxSignals } from "./inbox-signals";

test("a notification goes once its conversation is read elsewhere, as on the phone; those of others stay, and what calls this person", async () => {
  const seen = new Set<string>();
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  vi.stubGlobal(
    "Notification",
    class {
      static readonly permission = "granted";
      readonly title: string;
      constructor(title: string) {
        this.title = title;
        seen.add(title);
      }
      close() {
        seen.delete(this.title);
      }
    },
  );
  const server = new TestServer();
  for (const number of [1, 2, 3]) server.put(conversationOf(number));
  const now = new Date().toISOString();
  let count = 0;
  const happens = (type: string, conversation_id: string, data: object) => {
    count += 1;
    const event: LoggedEvent = {
      ...{ cursor: `1.${count}`, type, conversation_id, message_id: null },
      ...{ data, created_at: now },
    };
    server.socket.tell({ type: "events", items: [event], cursor: event.cursor });
  };
  await renderInbox(<InboxSignals />, { server });
  for (const number of [1, 2]) {
    const conversation = conversationOf(number, { unread_count: 1 });
    happens("message_received", uuid(number), { ...messageOf(number, uuid(number)), conversation });
  }
  await waitFor(() => expect([...seen]).toEqual(["Person 1", "Person 2"]));
  const annotation = { id: uuid(9), conversation_id: uuid(3), kind: "note", body: "Look", created_at: now };
  happens("mention", uuid(3), { user_id: ME, annotation });
  await waitFor(() => expect(seen.size).toBe(3));

  happens("conversation_updated", uuid(2), conversationOf(2, { unread_count: 1 }));
  happens("conversation_updated", uuid(3), conversationOf(3, { unread_count: 0 }));
  happens("conversation_updated", uuid(1), conversationOf(1, { unread_count: 0 }));
  await waitFor(() => expect(seen.has("Person 1")).toBe(false));
  expect(seen.size).toBe(2);
  expect(seen).toContain("Person 2");
});
