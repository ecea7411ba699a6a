/** A thread against a server that lives in the page. */

import { useEffect, useState } from "react";
import { ThreadPane } from "@/features/thread/thread-pane";
import type { Session } from "@/shared/session/session";
import { SessionValue, TenantValue } from "@/shared/session/session-context";
import { StoreContext } from "@/shared/store/hooks";
import { InboxStore } from "@/shared/store/store";
import { conversationOf, keptOutbox, ME, TestServer, uuid } from "@/shared/store/testing";
import type { Annotation, Message, Person } from "@/shared/store/types";

export const CONVERSATION = uuid(1);
export const COLLEAGUE = uuid(77);

export interface Contents {
  messages: Message[];
  annotations: Annotation[];
  unread: number;
  closesAt: string | null;
}

const person = (user_id: string, name: string): Person => ({
  user_id,
  name,
  email: "",
  role: "agent",
  disabled: false,
});

class StoryServer extends TestServer {
  notes: Annotation[] = [];
  override annotations = async () => this.notes;
  override people = async () =>
    [person(ME, "Ana Torres"), person(COLLEAGUE, "Sara Gil"), person(uuid(78), "Luis Peña")] as never[];
}

const tenant: Session["memberships"][number] = {
  tenant_id: uuid(9),
  tenant_name: "Clínica Demo",
  language: null,
  role: "owner",
  suspended: false,
  scopes: ["messages:send", "inbox:write", "inbox:read"],
};
const session: Session = {
  state: "signed_in",
  user: {
    id: ME,
    email: "ana@example.com",
    name: "Ana Torres",
    language: null,
    is_operator: false,
    has_password: true,
    totp: false,
    passkeys: 0,
  },
  memberships: [tenant],
  csrf_token: "",
  expires_at: "",
  embedded: false,
  insecure: false,
};

export function ThreadStory({ contents }: { contents: Contents }) {
  const [store, setStore] = useState<InboxStore | null>(null);
  useEffect(() => {
    const server = new StoryServer();
    server.pageSize = Number(new URLSearchParams(location.search).get("page") ?? 50);
    server.notes = contents.annotations;
    server.put(
      conversationOf(1, {
        contact: {
          id: uuid(2),
          name: "Lucía Romero",
          phone: "+34611000001",
          wa_id: "34611000001",
          username: null,
          marketing: null,
        },
        unread_count: contents.unread,
        window_closes_at: contents.closesAt,
        assignee_id: ME,
      }),
    );
    for (const message of contents.messages) server.say(message);
    const made = new InboxStore({ backend: server, me: ME, owner: "story", outbox: keptOutbox() });
    void made.start();
    const opening = setInterval(() => {
      const socket = server.sockets.at(-1);
      if (socket?.readyState === 0) socket.open();
    }, 100);
    Object.assign(window, { story: { store: made, server } });
    setStore(made);
    return () => {
      clearInterval(opening);
      made.stop();
    };
  }, [contents]);
  return (
    <SessionValue session={session}>
      <TenantValue membership={tenant}>
        {store && (
          <StoreContext value={store}>
            <div
              style={{
                display: "flex",
                flexDirection: "column",
                height: "100dvh",
                background: "var(--bg-thread)",
              }}
            >
              <ThreadPane
                conversationId={CONVERSATION}
                messageId={new URLSearchParams(location.search).get("message")}
              />
            </div>
          </StoreContext>
        )}
      </TenantValue>
    </SessionValue>
  );
}
