/** Canned replies in the field: what looks like the name of one never goes out by mistake. */

import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { ThreadPane } from "../thread-pane";

const CANNED = `GET /api/tenants/${TENANT}/canned-replies`;
const REPLIES = {
  items: [
    { id: uuid(50), shortcut: "saldo", title: "Balance", body: "Your balance is zero, {{contact_name}}." },
  ],
  next_cursor: null,
};

let server: TestServer;

beforeEach(() => {
  localStorage.clear();
  server = new TestServer();
  server.put(conversationOf(1, { window_closes_at: "2999-01-01T00:00:00Z" }));
  server.say(messageOf(1, uuid(1)));
});

async function opened(answer: () => Response | Promise<Response> = () => ok(REPLIES)) {
  const pane = <ThreadPane conversationId={uuid(1)} messageId={null} />;
  const { store } = await renderInbox(pane, { server, api: { [CANNED]: answer } });
  const field = await screen.findByRole<HTMLTextAreaElement>("combobox", { name: /write to person 1/i });
  const sent = () => [...store.outbox.all()].map(({ text }) => text);
  return { field, sent };
}

describe("a name that no canned reply has", () => {
  test("is not sent by Enter, which says so; Escape and Enter send it as it stands", async () => {
    const { field, sent } = await opened();
    await userEvent.type(field, "/salduo");
    await screen.findByText("No canned reply is called /salduo.");
    expect(screen.queryByRole("alert")).toBeNull();
    await userEvent.keyboard("{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("No canned reply is called /salduo.");
    expect([sent(), field.value]).toEqual([[], "/salduo"]);
    await userEvent.keyboard("{Escape}{Enter}");
    expect(sent()).toEqual(["/salduo"]);
  });

  test("is held back anew after another was sent as it stood", async () => {
    const { field, sent } = await opened();
    await userEvent.type(field, "/a1{Escape}{Enter}");
    await userEvent.type(field, "/b2{Enter}");
    expect(sent()).toEqual(["/a1"]);
  });

  test("is held back in the middle of a text as well", async () => {
    const { field, sent } = await opened();
    await userEvent.type(field, "Hello. /salduo{Enter}");
    expect(sent()).toEqual([]);
  });
});

test.each([
  ["are being loaded", () => new Promise<Response>(() => undefined)],
  ["could not be loaded", () => problem(403, "forbidden")],
])("while canned replies %s, the name of one is not sent by Enter", async (why, answer) => {
  const { field, sent } = await opened(answer);
  await userEvent.type(field, "/saldo");
  await screen.findByText(`Canned replies ${why}.`);
  await userEvent.keyboard("{Enter}");
  expect(sent()).toEqual([]);
});

describe("a canned reply", () => {
  test("is put where it was asked for, among what is written", async () => {
    const { field } = await opened();
    await userEvent.type(field, "Good morning. /sal");
    await screen.findByRole("option");
    await userEvent.keyboard("{Enter}");
    expect(field.value).toBe("Good morning. Your balance is zero, Person 1.");
  });

  test("is begun by its button at the caret, with the focus in the field", async () => {
    const { field } = await opened();
    await userEvent.type(field, "Good morning.");
    await userEvent.click(screen.getByRole("button", { name: "Canned replies" }));
    expect([field.value, document.activeElement === field]).toEqual(["Good morning. /", true]);
    await userEvent.click(await screen.findByRole("option"));
    expect(field.value).toBe("Good morning. Your balance is zero, Person 1.");
    await act(async () => undefined);
  });
});
