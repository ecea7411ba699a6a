import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { conversationOf, TestServer, uuid } from "@/shared/store/testing";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { ContactPane } from "./contact-pane";

test("says what could not be loaded of a person, and tries again", async () => {
  const server = new TestServer();
  const conversation = server.put(conversationOf(1));
  const { contact } = conversation;
  const detail = {
    contact: { ...contact, bsuid: "ES.0001", merged_into: null, created_at: conversation.created_at },
    aliases: [],
    merges: [],
    conversations: [{ id: conversation.id, connection_id: conversation.connection_id }],
  };
  const answers = [problem(403, "forbidden"), ok(detail)];
  const { store } = await renderInbox(<ContactPane conversationId={uuid(1)} consent={() => null} />, {
    server,
    api: { [`GET /api/tenants/${TENANT}/contacts/${contact.id}`]: () => answers.shift() ?? ok(detail) },
  });
  await store.loadConversation(uuid(1));
  await screen.findByText("Person 1");
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await screen.findByText("ES.0001");
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});
