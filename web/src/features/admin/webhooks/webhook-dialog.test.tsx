import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { aWebhook } from "./testing";
import { WebhookDialog } from "./webhook-dialog";

const BASE = `/api/tenants/${TENANT}/outgoing-webhooks`;
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

test("a webhook is made for the events that were chosen, and its secret is shown before anything closes", async () => {
  const onMade = vi.fn();
  const api = { [`POST ${BASE}`]: () => ok({ webhook: aWebhook(), secret: SECRET }, 201) };
  const { asked } = await renderInbox(<WebhookDialog webhook={null} onClose={() => {}} onMade={onMade} />, {
    api,
  });
  await userEvent.type(screen.getByLabelText("Address"), "https://crm.example.com/curbe");
  await userEvent.click(screen.getByRole("radio", { name: /Only these/ }));
  await userEvent.click(screen.getByRole("checkbox", { name: "Files" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "A file could not be fetched" }));
  await press("Make webhook");

  expect(await screen.findByDisplayValue(SECRET)).toBeTruthy();
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
    url: "https://crm.example.com/curbe",
    description: "",
    types: ["media_stored"],
  });
  expect(onMade).not.toHaveBeenCalled();
  await press("I have copied it");
  expect(onMade.mock.calls[0]?.[0].id).toBe("w1");
});

test("a webhook of no events, or without a whole address, is not asked for", async () => {
  const { asked } = await renderInbox(<WebhookDialog webhook={null} onClose={() => {}} />);
  await userEvent.type(screen.getByLabelText("Address"), "crm.example.com");
  await userEvent.click(screen.getByRole("radio", { name: /Only these/ }));
  await press("Make webhook");

  expect(screen.getByText(/Give a whole address/)).toBeTruthy();
  expect(screen.getByText("Choose at least one kind.")).toBeTruthy();
  expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
});

test("an address that is not allowed is told at its field, in the reader's words", async () => {
  const api = { [`POST ${BASE}`]: () => problem(422, "invalid_request", { field: "url", detail: "No." }) };
  await renderInbox(<WebhookDialog webhook={null} onClose={() => {}} />, { api });
  await userEvent.type(screen.getByLabelText("Address"), "http://10.0.0.1/");
  await press("Make webhook");

  await screen.findByText(/This address is not allowed/);
  expect(screen.getByLabelText("Address").getAttribute("aria-invalid")).toBe("true");
});

test("a change of its description does not send its address again, and keeps its events", async () => {
  const webhook = aWebhook({ types: ["message_received"] });
  const api = { [`PATCH ${BASE}/w1`]: () => ok(webhook) };
  const onClose = vi.fn();
  const { asked } = await renderInbox(<WebhookDialog webhook={webhook} onClose={onClose} />, { api });
  await userEvent.type(screen.getByLabelText("Description"), " of the shop");
  await press("Save");

  await vi.waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(asked.find(({ method }) => method === "PATCH")?.body).toEqual({
    description: "CRM of the shop",
    types: ["message_received"],
    from_now: false,
  });
});
