import { notifications } from "@mantine/notifications";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test } from "vitest";
import { Problem } from "@/shared/api/problem";
import { runShortcut } from "@/shared/keys/use-shortcut";
import type { NewMessage } from "@/shared/store/outbox";
import { conversationOf, ME, messageOf, TestServer, timeAt, uuid } from "@/shared/store/testing";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { ThreadPane } from "../thread-pane";

const CONVERSATION = uuid(1);
const NOTES = `POST /api/tenants/${TENANT}/inbox/conversations/${CONVERSATION}/notes`;

let server: TestServer;

beforeEach(() => {
  localStorage.clear();
  notifications.clean();
  server = new TestServer();
  server.pageSize = 50;
  server.put(conversationOf(1, { window_closes_at: new Date(Date.now() + 3_600_000).toISOString() }));
  server.say(messageOf(1, CONVERSATION, { text: "Do you open on Saturday?" }));
});

const APPROVED = {
  id: "t1",
  name: "opening_hours",
  language: "en",
  status: "APPROVED",
  category: "UTILITY",
  components: [{ type: "BODY", text: "We open at nine." }],
};

/** The thread, with a server that answers a note when `answer` is called, and not before. */
async function opened() {
  const waiting: ((answer: Response) => void)[] = [];
  const api = {
    [NOTES]: () => new Promise<Response>((resolve) => waiting.push(resolve)),
    [`GET /api/tenants/${TENANT}/templates`]: () => ok({ items: [APPROVED], next_cursor: null }),
  };
  const { asked, store } = await renderInbox(<ThreadPane conversationId={CONVERSATION} messageId={null} />, {
    server,
    api,
  });
  const notes = () => asked.filter((one) => one.path.endsWith("/notes")).map((one) => one.body);
  const answer = async (response: Response) => {
    await waitFor(() => expect(waiting.length).toBeGreaterThan(0));
    await act(async () => waiting.shift()?.(response));
  };
  return { store, notes, answer };
}

const saved = () =>
  ok({
    kind: "note",
    id: uuid(70),
    conversation_id: CONVERSATION,
    author: `user:${ME}`,
    body: "Call her",
    mentions: [],
    created_at: new Date().toISOString(),
  });
const gone = () => waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
const field = (name: RegExp) => screen.getByRole<HTMLTextAreaElement>("combobox", { name });
const noteField = () => field(/internal note/i);
const replyField = () => field(/write to person 1/i);

async function writesNote(words: string) {
  await userEvent.click(await screen.findByRole("tab", { name: "Internal note" }));
  await userEvent.type(noteField(), words);
}

describe("a note", () => {
  test("goes out once, however often Enter is pressed before the server has answered", async () => {
    const { notes, answer } = await opened();
    await writesNote("Call her{Enter}{Enter}{Enter}");
    expect(notes()).toEqual([{ body: "Call her", mentions: [] }]);
    await answer(saved());
    await waitFor(() => expect(noteField().value).toBe(""));
    expect(notes()).toHaveLength(1);
  });

  test("is not sent by a key that is held", async () => {
    const { notes } = await opened();
    await writesNote("Call her");
    fireEvent.keyDown(noteField(), { key: "Enter", repeat: true });
    await act(() => new Promise<void>((resolve) => setTimeout(resolve, 50))); // a request would have gone out by then
    expect(notes()).toEqual([]);
    expect(noteField().value).toBe("Call her");
  });

  test("leaves alone what is written while it is being saved", async () => {
    const { store, notes, answer } = await opened();
    await writesNote("Call her{Enter}And him");
    expect(notes()).toEqual([{ body: "Call her", mentions: [] }]);
    await answer(saved());
    await waitFor(() => expect(store.state.threads.notes(CONVERSATION)).toHaveLength(1));
    expect(noteField().value).toBe("And him");
  });

  test("that could not be saved stands before what was written since", async () => {
    const { store, answer } = await opened();
    await writesNote("Call her{Enter}And him");
    await answer(problem(422, "invalid_request"));
    await waitFor(() => expect(noteField().value).toBe("Call her\nAnd him"));
    expect(store.drafts.get(CONVERSATION, "note")).toBe("Call her\nAnd him");
  });
});

describe("a message that a colleague was quicker than", () => {
  async function refused(message: Partial<NewMessage> & Pick<NewMessage, "type">, since = "") {
    const answered = { code: "answered_meanwhile", sender: `user:${uuid(9)}` };
    server.send = async () => {
      throw new Problem(409, answered);
    };
    const shown = await opened();
    await screen.findByRole("tab", { name: "Reply" });
    if (since !== "") await userEvent.type(replyField(), since);
    await act(async () =>
      shown.store.send({
        conversation_id: CONVERSATION,
        body: { type: message.type },
        text: null,
        ...message,
      }),
    );
    await screen.findByRole("dialog");
    return shown;
  }

  test.each(["Escape", "the button"])(
    "stays in the thread, where the field could not take it back: put off with %s",
    async (way) => {
      const { store } = await refused({ type: "image", text: "Our hours" });
      if (way === "Escape") await userEvent.keyboard("{Escape}");
      else await userEvent.click(screen.getByRole("button", { name: "Leave it unsent" }));
      await gone();
      expect([...store.outbox.all()].map(({ state, text }) => [state, text])).toEqual([
        ["refused", "Our hours"],
      ]);
      expect(replyField().value).toBe("");
    },
  );

  test("asks again when it is tried again", async () => {
    const { store } = await refused({ type: "template", text: "Your appointment" });
    await userEvent.click(screen.getByRole("button", { name: "Leave it unsent" }));
    await gone();
    const [pending] = [...store.outbox.all()];
    await act(async () => store.outbox.retry(pending?.client_id ?? ""));
    const again = within(await screen.findByRole("dialog"));
    again.getByRole("button", { name: "Send anyway" });
  });

  test("goes back into the field with what it quotes, before what was written since", async () => {
    const { store } = await refused({ type: "text", text: "Yes, until two", reply_to: "wamid.1" }, "And");
    await userEvent.click(screen.getByRole("button", { name: "Back to the field" }));
    await gone();
    expect(replyField().value).toBe("Yes, until two\nAnd");
    expect([...store.outbox.all()]).toEqual([]);
    screen.getByRole("button", { name: "Do not quote" });
    await userEvent.type(replyField(), "{Enter}");
    expect([...store.outbox.all()][0]?.body?.["reply_to"]).toBe("wamid.1");
  });
});

test("a template that is sent as an answer keeps what it answers, and the next message answers nothing", async () => {
  const { store } = await opened();
  const asked = messageOf(1, CONVERSATION, { text: "Do you open on Saturday?" });
  await screen.findByRole("tab", { name: "Reply" });
  act(() => store.drafts.setQuote(CONVERSATION, asked));
  await screen.findByRole("button", { name: "Do not quote" });

  await userEvent.click(screen.getByRole("button", { name: /template/i }));
  const picker = within(await screen.findByRole("dialog"));
  await userEvent.click(await picker.findByRole("button", { name: /opening_hours/ }));
  await userEvent.click(await picker.findByRole("button", { name: "Send template" }));
  await gone();
  await userEvent.type(replyField(), "Until two{Enter}");

  const sent = [...store.outbox.all()].map(({ type, reply_to, body }) => [
    type,
    reply_to,
    body?.["reply_to"],
  ]);
  expect(sent).toEqual([
    ["template", asked.provider_message_id, asked.provider_message_id],
    ["text", null, undefined],
  ]);
});

test("the arrow up quotes what the person said last and still stands there, nothing that Meta told of them", async () => {
  server.say(messageOf(2, CONVERSATION, { text: "Wrong window, sorry", revoked_at: timeAt(3) }));
  server.say(messageOf(3, CONVERSATION, { type: "system", text: null, content: { kind: "system" } }));
  const { store } = await opened();
  await screen.findByRole("tab", { name: "Reply" });
  await userEvent.type(replyField(), "{ArrowUp}");
  expect(store.drafts.quote(CONVERSATION)?.text).toBe("Do you open on Saturday?");
});

test("a conversation that does not let itself be opened again says why", async () => {
  server.put(conversationOf(1, { state: "archived" }));
  server.change = async () => {
    throw new Problem(403, { code: "missing_scope" });
  };
  await opened();

  await userEvent.click(await screen.findByRole("button", { name: "Reopen" }));

  await screen.findByText(/Your role does not allow this/);
});

test("the key for templates says that nothing can be sent where that is so; they do not come up once it can", async () => {
  server.put(conversationOf(1, { state: "archived" }));
  await opened();
  const reopen = await screen.findByRole("button", { name: "Reopen" });
  act(() => void runShortcut("template"));
  await screen.findByText("Nothing can be sent in this conversation.");
  await userEvent.click(reopen);
  await screen.findByRole("tab", { name: "Reply" });
  await act(() => import("../templates/template-picker")); // they would be drawn by then
  expect(screen.queryByRole("dialog")).toBeNull();
});
