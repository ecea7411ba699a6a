import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { conversationOf, TestServer } from "@/shared/store/testing";
import { type fakeApi, ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { NewConversation, type TemplateForm } from "./new-conversation";

const TEMPLATES = `GET /api/tenants/${TENANT}/templates`;
const SEND = `POST /api/tenants/${TENANT}/whatsapp/messages/send`;
const LAID_OUT_NOWHERE = { hidden: true };
const template = {
  id: "t1",
  name: "summer",
  language: "es",
  status: "APPROVED",
  category: "UTILITY",
  components: [
    { type: "HEADER", format: "IMAGE" },
    { type: "BODY", text: "Hola" },
  ],
};
const templates = () => ok({ items: [template], next_cursor: null });

const Form: TemplateForm = ({ template: { name }, contact, onSend }) => (
  <button type="button" onClick={() => onSend({ name })}>
    {name} for {contact?.name}
  </button>
);

let server: TestServer;

beforeEach(() => {
  server = new TestServer();
  server.connections = async () => [
    { id: "c1", status: "active", name: "Sol", phone: "+34600000001", country: "ES" },
  ];
});

async function shown(api: Parameters<typeof fakeApi>[0]) {
  const onOpen = vi.fn();
  const onClose = vi.fn();
  const rendered = await renderInbox(
    <NewConversation onClose={onClose} onOpen={onOpen} templateForm={Form} />,
    { server, api },
  );
  return { ...rendered, onOpen, onClose };
}

test("templates that could not be loaded are asked for again", async () => {
  const answers = [problem(403, "forbidden"), templates()];
  await shown({ [TEMPLATES]: () => answers.shift() ?? templates() });
  await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
  await screen.findByLabelText(/template/i, { selector: "input" });
});

test("somebody is found by name and gets a template whatever its header holds", async () => {
  const contact = { ...conversationOf(1).contact, phone: "+34611000001" };
  const found = { kind: "contact", conversation: { ...conversationOf(1), contact } };
  const { asked, onOpen } = await shown({
    [TEMPLATES]: templates,
    [`GET /api/tenants/${TENANT}/inbox/search`]: () => ok({ items: [found], next_cursor: null }),
    [`GET /api/tenants/${TENANT}/contacts`]: () => ok({ items: [], next_cursor: null }),
    [SEND]: () => ok({ id: "m1", status: "queued", conversation_id: "k1" }, 202),
  });
  await userEvent.type(screen.getByLabelText("To", { selector: "input" }), "person");
  await userEvent.click(await screen.findByRole("option", { name: /Person 1/, ...LAID_OUT_NOWHERE }));
  await userEvent.click(screen.getByLabelText(/template/i, { selector: "input" }));
  await userEvent.click(await screen.findByRole("option", { name: /summer/, ...LAID_OUT_NOWHERE }));
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
  await userEvent.click(await screen.findByRole("button", { name: "summer for Person 1" }));
  await waitFor(() => expect(onOpen).toHaveBeenCalledWith("k1"));
  const sent = asked.find(({ method }) => method === "POST");
  expect(sent?.body).toEqual({
    type: "template",
    to: contact.phone,
    connection_id: "c1",
    template: { name: "summer" },
  });
});

test("what is on its way cannot be closed away", async () => {
  const contact = { ...conversationOf(1).contact, phone: "+34611000001" };
  const found = { kind: "contact", conversation: { ...conversationOf(1), contact } };
  const { onClose } = await shown({
    [TEMPLATES]: templates,
    [`GET /api/tenants/${TENANT}/inbox/search`]: () => ok({ items: [found], next_cursor: null }),
    [`GET /api/tenants/${TENANT}/contacts`]: () => ok({ items: [], next_cursor: null }),
    [SEND]: () => new Promise(() => undefined),
  });
  await userEvent.type(screen.getByLabelText("To", { selector: "input" }), "person");
  await userEvent.click(await screen.findByRole("option", { name: /Person 1/, ...LAID_OUT_NOWHERE }));
  await userEvent.click(screen.getByLabelText(/template/i, { selector: "input" }));
  await userEvent.click(await screen.findByRole("option", { name: /summer/, ...LAID_OUT_NOWHERE }));
  await userEvent.click(screen.getByRole("button", { name: "Continue" }));
  await userEvent.click(await screen.findByRole("button", { name: "summer for Person 1" }));
  await userEvent.keyboard("{Escape}");
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(onClose).not.toHaveBeenCalled();
});
