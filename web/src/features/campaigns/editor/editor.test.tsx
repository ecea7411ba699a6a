import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { TestServer } from "@/shared/store/testing";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import type { Campaign } from "../api/campaigns";
import { Editor } from "./editor";

const ID = "0190cccc-0000-7000-8000-000000000001";
const NUMBER = "0190dddd-0000-7000-8000-000000000001";

const campaign = {
  id: ID,
  name: "Spring",
  connection_id: NUMBER,
  state: "draft",
  template: {
    name: "hello",
    language: { code: "es" },
    components: [{ type: "body", parameters: [{ type: "text", text: "lunes" }] }],
  },
  time_zone: "Europe/Madrid",
} as unknown as Campaign;

const template = {
  id: "1",
  name: "hello",
  language: "es",
  status: "APPROVED",
  category: "MARKETING",
  components: [{ type: "BODY", text: "Hola, te esperamos el {{1}}.", example: { body_text: [["lunes"]] } }],
};

async function opened() {
  const server = new TestServer();
  server.connections = async () => [{ id: NUMBER, name: "Sol", phone: "+34", status: "active" }] as never[];
  const at = `/api/tenants/${TENANT}`;
  const api = {
    [`GET ${at}/templates`]: () => ok({ items: [template], next_cursor: null }),
    [`GET ${at}/campaigns/${ID}/audiences`]: () => ok({ items: [], next_cursor: null }),
  };
  return renderInbox(<Editor campaign={campaign} />, {
    server,
    api,
    path: `/t/${TENANT}/campaigns/${ID}?step=message`,
  });
}

test("what is written in the message is still there after a look at another step", async () => {
  const { history } = await opened();
  const name = await screen.findByDisplayValue("Spring");
  await userEvent.type(name, " sale");
  const gap = await screen.findByDisplayValue("lunes");
  await userEvent.clear(gap);
  await userEvent.type(gap, "martes");

  await userEvent.click(screen.getByRole("link", { name: /People/ }));
  expect(history.at(-1)).toContain("step=people");
  expect(screen.queryByDisplayValue("martes")).toBeNull();
  await userEvent.click(screen.getByRole("link", { name: /Message/ }));

  await screen.findByDisplayValue("martes");
  screen.getByDisplayValue("Spring sale");
});
