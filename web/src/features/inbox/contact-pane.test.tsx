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

test("says how urgent it is, and sets it", async () => {
  const server = new TestServer();
  const { contact } = server.put(conversationOf(1, { priority: "medium" }));
  const { store } = await renderInbox(<ContactPane conversationId={uuid(1)} consent={() => null} />, {
    server,
    api: { [`GET /api/tenants/${TENANT}/contacts/${contact.id}`]: () => problem(403, "forbidden") },
  });
  await store.loadConversation(uuid(1));
  await userEvent.click(await screen.findByRole("button", { name: "Priority: medium" }));
  await userEvent.click(await screen.findByRole("option", { name: "None", hidden: true }));
  await screen.findByRole("button", { name: "Priority: none" });
  expect(server.conversationMap.get(uuid(1))?.priority).toBe("none");
});

test("the pencil beside a name gives another one, says what WhatsApp calls them, and goes back", async () => {
  const server = new TestServer();
  const conversation = server.put(conversationOf(1));
  const { contact } = conversation;
  const detailOf = (given: string | null) => ({
    contact: {
      ...contact,
      name: given ?? "Person 1",
      name_given: given !== null,
      profile_name: "Person 1",
      bsuid: null,
      merged_into: null,
      created_at: conversation.created_at,
    },
    aliases: [],
    merges: [],
    conversations: [{ id: conversation.id, connection_id: conversation.connection_id }],
  });
  let given: string | null = null;
  const path = `/api/tenants/${TENANT}/contacts/${contact.id}`;
  const { store, asked } = await renderInbox(<ContactPane conversationId={uuid(1)} consent={() => null} />, {
    server,
    api: {
      [`GET ${path}`]: () => ok(detailOf(given)),
      [`PATCH ${path}`]: ({ body }) => {
        given = (body as { name: string | null }).name;
        return ok(detailOf(given));
      },
    },
  });
  const rename = async (typed: string) => {
    await userEvent.click(await screen.findByRole("button", { name: "Change the name" }));
    await userEvent.clear(await screen.findByRole("textbox", { name: "Name" }));
    await userEvent.keyboard(`${typed}{Enter}`);
  };
  await store.loadConversation(uuid(1));
  await screen.findByRole("heading", { name: "Person 1" });

  await rename(" Ana Ruiz ");
  await screen.findByRole("heading", { name: "Ana Ruiz" });
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Change the name" }));
  expect(screen.getByText("WhatsApp:").textContent).toBe("WhatsApp: Person 1");

  await rename("");
  await screen.findByRole("heading", { name: "Person 1" });
  expect(screen.queryByText("WhatsApp:")).toBeNull();
  const sent = asked.filter(({ method }) => method === "PATCH");
  expect(sent.map(({ body }) => body)).toEqual([{ name: "Ana Ruiz" }, { name: null }]);
});
