import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { Problem } from "@/shared/api/problem";
import { canRun } from "@/shared/keys/use-shortcut";
import { jumpsAsked } from "@/shared/lib/frame";
import type { MessagesWanted } from "@/shared/store/backend";
import { conversationOf, ME, messageOf, TestServer, timeAt, uuid } from "@/shared/store/testing";
import type { Annotation, Conversation, Message } from "@/shared/store/types";
import { renderInbox } from "@/testing/inbox";
import { showLocal } from "./media/media-url";
import { ThreadPane } from "./thread-pane";

const NO_ANSWER = new Problem(0, { code: "unreachable" });
const OPEN = { window_closes_at: "2999-01-01T00:00:00Z" };

let server: TestServer;

beforeEach(() => {
  localStorage.clear();
  // Nothing has a size without a screen, and a list without a height has no rows.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
  server = new TestServer();
  server.put(conversationOf(1, OPEN));
});

/** The full stop keeps "Words 1." from being found in "Words 10.". */
function say(count: number, conversation = 1): void {
  for (let number = 1; number <= count; number += 1)
    server.say(messageOf(number, uuid(conversation), { text: `Words ${number}.` }));
}

/** Lets the requests for messages before, after or around another fail until it is `mended`, and counts them. */
function failing(concerns: keyof MessagesWanted, problem: Problem) {
  const { messages } = TestServer.prototype;
  const state = { asked: 0, mended: false };
  server.messages = async (id, wanted) => {
    if (wanted[concerns] === undefined) return messages.call(server, id, wanted);
    state.asked += 1;
    if (!state.mended) throw problem;
    return messages.call(server, id, wanted);
  };
  return state;
}

const pane = (messageId: string | null = null, conversation = 1) => (
  <ThreadPane conversationId={uuid(conversation)} messageId={messageId} />
);
const tryAgain = async () => userEvent.click(await screen.findByRole("button", { name: "Try again" }));

describe("a conversation", () => {
  test("that is merged while it is open goes on as the one it is part of, with what was being written", async () => {
    say(1);
    server.put(conversationOf(2, OPEN));
    server.say(messageOf(9, uuid(2), { text: "Elsewhere." }));
    const { store } = await renderInbox(pane(null, 2), { server });
    await screen.findByText("Elsewhere.");
    act(() => store.drafts.set(uuid(2), "reply", "half a sen"));

    server.conversationMap.delete(uuid(2));
    server.conversation = async () => server.conversationMap.get(uuid(1)) as Conversation;
    const [into, gone] = [conversationOf(1).contact.id, conversationOf(2).contact.id];
    server.happen("contact_merged", { contact_id: into, other_id: gone });

    await screen.findByText("Words 1.");
    await screen.findByDisplayValue("half a sen");
  });

  test("tells who gave it which priority", async () => {
    say(1);
    server.people = async () => [
      { user_id: ME, email: "ana@example.com", name: "Ana", role: "agent", disabled: false },
    ];
    const line = (number: number, priority: string, from_priority: string): Annotation => ({
      id: uuid(60 + number),
      kind: "activity",
      conversation_id: uuid(1),
      author: `user:${ME}`,
      created_at: timeAt(1 + number),
      activity: { type: "priority", priority, from_priority },
    });
    server.annotations = async () => [line(1, "urgent", "none"), line(2, "none", "urgent")];
    await renderInbox(pane(), { server });
    await screen.findByText("Ana set the priority to urgent");
    await screen.findByText("Ana removed the priority");
  });

  test("takes up what was being written in another that becomes part of it", async () => {
    say(1);
    server.put(conversationOf(2, OPEN));
    const { store } = await renderInbox(pane(), { server });
    await screen.findByText("Words 1.");
    act(() => store.drafts.set(uuid(2), "reply", "half a sen"));
    act(() => store.state.conversations.remove(uuid(2), uuid(1)));
    await screen.findByDisplayValue("half a sen");
  });

  test("that is deleted while it is open is not here any more", async () => {
    say(1);
    const { store } = await renderInbox(pane(), { server });
    await screen.findByText("Words 1.");
    server.conversationMap.delete(uuid(1));
    act(() => store.state.conversations.remove(uuid(1)));
    await screen.findByText("This conversation is not here");
  });

  test("that cannot be loaded says why, and is loaded when asked again", async () => {
    say(1);
    server.conversation = async () => {
      throw NO_ANSWER;
    };
    await renderInbox(pane(), { server });
    await screen.findByText("The server does not answer");
    server.conversation = TestServer.prototype.conversation.bind(server);
    await tryAgain();
    await screen.findByText("Words 1.");
  });
});

test("a message that the server refused goes back into the field to be changed, with what it answers", async () => {
  say(1);
  server.send = async () => {
    throw new Problem(422, { code: "window_closed" });
  };
  const { store } = await renderInbox(pane(), { server });
  await screen.findByText("Words 1.");
  const field = screen.getByRole<HTMLTextAreaElement>("combobox", { name: /write to person 1/i });
  await userEvent.type(field, "{ArrowUp}");
  await userEvent.type(field, "Until two{Enter}");
  await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
  expect([field.value, [...store.outbox.all()]]).toEqual(["Until two", []]);
  expect(store.drafts.quote(uuid(1))?.id).toBe(messageOf(1, uuid(1)).id);
});

test("of each message it is told who wrote it to who cannot see on which side it stands", async () => {
  say(1);
  server.say(messageOf(2, uuid(1), { text: "Of ours.", direction: "outbound", sender: `user:${ME}` }));
  await renderInbox(pane(), { server });
  const told = async (words: string) =>
    (await screen.findByText(words)).closest("[data-look]")?.textContent?.split(words)[0];
  expect(await told("Words 1.")).toBe("Person 1: ");
  expect(await told("Of ours.")).toBe("You: ");
});

test("the same words twice are told twice to who cannot see them", async () => {
  say(1);
  await renderInbox(pane(), { server });
  await screen.findByText("Words 1.");
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const told = async (number: number) => {
    await act(async () => {
      server.happen("message_received", messageOf(number, uuid(1), { text: "Hello?" }));
      vi.advanceTimersByTime(1_300);
    });
    return screen.getAllByRole("status").find((one) => one.textContent === "Person 1: Hello?")?.firstChild;
  };
  const [first, second] = [await told(2), await told(3)];
  vi.useRealTimers();
  expect(first).toBeTruthy();
  expect(second).toBeTruthy();
  expect(second).not.toBe(first); // nothing is read aloud where nothing has changed
});

describe("a message that is looked for", () => {
  test("is loaded when asked again, where it could not be loaded the first time", async () => {
    say(30);
    const around = failing("around", NO_ANSWER);
    await renderInbox(pane(messageOf(10, uuid(1)).id), { server });
    await screen.findByText("The server does not answer");
    around.mended = true;
    await tryAgain();
    await screen.findByText("Words 10.");
  });

  test("and is gone is told as what it is, with the way to the latest", async () => {
    say(30);
    failing("around", new Problem(422, { code: "invalid_cursor", title: "No such message" }));
    await renderInbox(pane(uuid(999)), { server });
    await screen.findByText("No such message");
    await userEvent.click(screen.getByRole("button", { name: "Jump to the latest" }));
    await screen.findByText("Words 30.");
  });

  test("is loaded again where its person turns out to be two", async () => {
    say(30);
    await renderInbox(pane(messageOf(10, uuid(1)).id), { server });
    await screen.findByText("Words 10.");
    server.asked.length = 0;
    server.happen("contact_parted", { contact_id: conversationOf(1).contact.id, other_id: uuid(999) });
    await waitFor(() => expect(server.asked.some((what) => what.includes("around"))).toBe(true));
    await screen.findByText("Words 10.");
  });

  test("stays in sight when the person says what they want to receive", async () => {
    say(30);
    await renderInbox(pane(messageOf(10, uuid(1)).id), { server });
    const shown = await screen.findByText("Words 10.");
    server.asked.length = 0;
    server.happen("consent_changed", { contact_id: conversationOf(1).contact.id });
    await waitFor(() => expect(server.asked).toContain("conversations by id 1"));
    expect(server.asked).not.toContain("messages {}");
    expect(shown.isConnected).toBe(true);
  });
});

describe("a line that is gone to", () => {
  /** What has been marked from now on, one after the other: on a busy machine a mark may have gone before anybody looks. */
  function marks(): string[] {
    const seen: string[] = [];
    let last = "";
    const look = () => {
      const now = document.querySelector("[data-marked]")?.textContent ?? "";
      if (now !== last && now !== "") seen.push(now);
      last = now;
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    onTestFinished(() => observer.disconnect());
    return seen;
  }

  test("is gone to again when somebody asks again, though the address is the same", async () => {
    say(30);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const marked = marks();
    await renderInbox(pane(messageOf(10, uuid(1)).id), { server });
    await waitFor(() => expect(marked).toHaveLength(1));
    await act(async () => void vi.advanceTimersByTime(3_000)); // it is marked no longer
    expect(document.querySelector("[data-marked]")).toBeNull();
    act(() => jumpsAsked.set(jumpsAsked.get() + 1));
    await waitFor(() => expect(marked).toHaveLength(2));
    for (const words of marked) expect(words).toContain("Words 10.");
  });

  test("is marked anew when it is asked for again while it still is, for as long as the first time", async () => {
    say(30);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const mark = () => document.querySelector("[data-marked]")?.getAttribute("data-marked") ?? null;
    await renderInbox(pane(messageOf(10, uuid(1)).id), { server });
    await waitFor(() => expect(mark()).not.toBeNull());
    const first = mark();
    await act(async () => void vi.advanceTimersByTime(1_500));
    act(() => jumpsAsked.set(jumpsAsked.get() + 1));
    await waitFor(() => expect(mark()).not.toBe(first)); // by which the browser draws it from its beginning
    await act(async () => void vi.advanceTimersByTime(1_800)); // the first would have gone by now
    expect(mark()).not.toBeNull();
    await act(async () => void vi.advanceTimersByTime(1_500));
    expect(mark()).toBeNull();
  });

  test("may be a note, among the messages of its time", async () => {
    say(30);
    const note: Annotation = {
      ...{ id: uuid(77), kind: "note", conversation_id: uuid(1), author: `user:${ME}` },
      ...{ created_at: timeAt(10.5), body: "Is that so?" },
    };
    const { messages } = TestServer.prototype;
    server.messages = (id, wanted) =>
      messages.call(server, id, wanted.around === note.id ? { around: messageOf(10, uuid(1)).id } : wanted);
    server.annotations = async () => [note];
    const marked = marks();
    await renderInbox(pane(note.id), { server });
    await screen.findByText("Words 10.");
    await waitFor(() => expect(marked).toHaveLength(1));
    expect(marked[0]).toContain("Is that so?");
  });
});

describe("a further page", () => {
  test("of older messages that cannot be loaded is asked for once, and again by hand", async () => {
    say(9);
    const older = failing("before", NO_ANSWER);
    await renderInbox(pane(), { server });
    await screen.findByText("More messages could not be loaded.");
    await act(() => new Promise((resolve) => setTimeout(resolve, 50))); // it would have been asked for again by then
    expect(older.asked).toBe(1);
    older.mended = true;
    await tryAgain();
    await screen.findByText("Words 1.");
    expect(screen.queryByText("More messages could not be loaded.")).toBeNull();
  });

  test("of newer ones too, at the other end", async () => {
    say(9);
    const newer = failing("after", NO_ANSWER);
    await renderInbox(pane(messageOf(2, uuid(1)).id), { server });
    await screen.findByText("More messages could not be loaded.");
    await act(() => new Promise((resolve) => setTimeout(resolve, 50))); // it would have been asked for again by then
    expect(newer.asked).toBe(1);
    newer.mended = true;
    await tryAgain();
    await screen.findByText("Words 9.");
    expect(screen.queryByText("More messages could not be loaded.")).toBeNull();
  });
});

test("the picture of what was sent is let go once the message is there", async () => {
  say(1);
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:of-a-photo");
  const letGo = vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
  const { store } = await renderInbox(pane(), { server });
  await screen.findByText("Words 1.");
  const body = { type: "text", conversation_id: uuid(1), text: "A photo" };
  const { client_id } = store.outbox.hold({ conversation_id: uuid(1), type: "text", text: "A photo" });
  showLocal(client_id, new Blob());
  act(() => store.topics.flush());
  await screen.findByText("A photo");
  expect(letGo).not.toHaveBeenCalled();

  act(() => store.outbox.release(client_id, body));
  await waitFor(() => expect(server.sent.size).toBe(1));
  expect(letGo).not.toHaveBeenCalled();
  server.happen("message_queued", server.sent.get(client_id) ?? {});
  await waitFor(() => expect(letGo).toHaveBeenCalledExactlyOnceWith("blob:of-a-photo"));
});

test("what is unread below the screen is not read by opening the conversation", async () => {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  const height = vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(4000);
  const read = vi.spyOn(server, "markRead");
  server.pageSize = 50;
  server.put(conversationOf(1, { ...OPEN, unread_count: 30 }));
  say(30);
  await renderInbox(pane(), { server });
  await screen.findByText("Words 1.");
  await act(() => new Promise((resolve) => setTimeout(resolve, 50))); // it would have been told by then
  act(() => void server.happen("message_received", messageOf(31, uuid(1))));
  await screen.findByRole("button", { name: "Jump to the latest. 1 new message" });
  expect(read).not.toHaveBeenCalled();
  height.mockReturnValue(800);
  fireEvent.scroll(screen.getByRole("log"));
  await waitFor(() => expect(read).toHaveBeenCalledOnce());
});

test("messages that one goes through by keys say who wrote what, and how far it has come", async () => {
  say(1);
  const ours = { direction: "outbound", sender: `user:${ME}`, status: "read", text: "Come at two." } as const;
  server.say(messageOf(2, uuid(1), ours));
  await renderInbox(pane(), { server });
  await screen.findByText("Come at two.");
  const log = screen.getByRole("log");
  act(() => log.focus());
  fireEvent.keyDown(log, { key: "ArrowUp" });
  const focused = () => document.activeElement?.getAttribute("aria-label");
  expect(focused()).toMatch(/^You: Come at two\., .+, Read$/);
  fireEvent.keyDown(document.activeElement as Element, { key: "ArrowUp" });
  expect(focused()).toMatch(/^Person 1: Words 1\., /);
});

test.each([
  ["open", true],
  ["blocked", false],
  ["archived", false],
] as const)("a conversation that is %s is offered to be written in: %s", async (state, offered) => {
  server.put(conversationOf(1, { ...OPEN, state }));
  say(1);
  await renderInbox(pane(), { server });
  await screen.findByText("Words 1.");
  expect((["reply", "note", "template", "attach"] as const).map(canRun)).toEqual(Array(4).fill(offered));
});

describe("what came while one was elsewhere", () => {
  const line = () => screen.queryByRole("separator", { name: /new message/ });
  const attend = (there: boolean) => {
    vi.spyOn(document, "hasFocus").mockReturnValue(there);
    act(() => void dispatchEvent(new Event(there ? "focus" : "blur")));
  };
  const comes = (number: number) =>
    act(() => void server.happen("message_received", server.say(messageOf(number, uuid(1)))));

  beforeEach(() => {
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    server.pageSize = 50;
    say(3);
  });

  test("has a line above it that tells how much it is, until one has written", async () => {
    await renderInbox(pane(), { server });
    await screen.findByText("Words 3.");
    comes(4);
    await screen.findByText("Message 4");
    expect(line()).toBeNull();

    attend(false);
    comes(5);
    await screen.findByRole("separator", { name: "1 new message" });
    comes(6);
    await screen.findByRole("separator", { name: "2 new messages" });
    attend(true);
    const log = within(screen.getByRole("log"));
    const places = log.getAllByText(/^(Message 4|2 new messages|Message 5)$/);
    const words = places.map((one) => /^(Message \d|\d new messages)/.exec(one.textContent)?.[0]);
    expect(words).toEqual(["Message 4", "2 new messages", "Message 5"]);

    await userEvent.type(screen.getByRole("combobox", { name: /write to person 1/i }), "At once{Enter}");
    await waitFor(() => expect(line()).toBeNull());
  });

  test("has it also in a conversation that one comes back to, where a colleague has read it meanwhile", async () => {
    function Leaving() {
      const [isHere, setHere] = useState(true);
      return (
        <>
          <button type="button" onClick={() => setHere(!isHere)}>
            Go
          </button>
          {isHere && pane()}
        </>
      );
    }
    await renderInbox(<Leaving />, { server });
    const go = () => userEvent.click(screen.getByRole("button", { name: "Go" }));
    await screen.findByText("Words 3.");
    await go();
    comes(4);
    comes(5);
    await go();
    await screen.findByRole("separator", { name: "2 new messages" });
    await go();
    await go();
    await screen.findByText("Message 5");
    expect(line()).toBeNull();
  });
});

describe("photos", () => {
  const waiting = { state: "pending", mime_type: "image/jpeg" } as const;
  const stored = { state: "stored", mime_type: "image/jpeg", url: "/api/photo" } as const;
  const photo = (number: number, change: Partial<Message> = {}) =>
    messageOf(number, uuid(1), {
      type: "image",
      text: null,
      content: { kind: "media" },
      media: waiting,
      ...change,
    });
  const come = (...numbers: number[]) =>
    act(async () => {
      for (const number of numbers) server.happen("message_received", photo(number));
    });
  const fileComes = (number: number) =>
    act(async () => void server.happen("media_stored", photo(number, { media: stored })));
  const opening = () => screen.findAllByRole("button", { name: "Open: Photo" });

  test("open as soon as their file is here, also where they came while one was looking", async () => {
    say(1);
    await renderInbox(pane(), { server });
    await screen.findByText("Words 1.");
    await come(2);
    await waitFor(() => expect(document.querySelector("[data-waiting]")).not.toBeNull());
    await fileComes(2);
    await userEvent.click((await opening())[0] as HTMLElement);
    await screen.findByRole("dialog", { name: "1 of 1" });
  });

  test("that came together are there one by one, whichever file is here first", async () => {
    say(1);
    await renderInbox(pane(), { server });
    await screen.findByText("Words 1.");
    await come(2, 3);
    await screen.findByRole("group", { name: "2 photos and videos" });
    await fileComes(3);
    await waitFor(async () => expect(await opening()).toHaveLength(1));
    await fileComes(2);
    await waitFor(async () => expect(await opening()).toHaveLength(2));
  });

  test("that came together are answered one by one", async () => {
    for (const number of [1, 2]) server.say(photo(number, { media: stored }));
    const { store } = await renderInbox(pane(), { server });
    await userEvent.click((await opening())[0] as HTMLElement);
    const shown = within(await screen.findByRole("dialog", { name: "1 of 2" }));
    await userEvent.click(shown.getByRole("button", { name: "Reply" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(store.drafts.quote(uuid(1))?.id).toBe(messageOf(1, uuid(1)).id);
    const field = screen.getByRole("combobox", { name: /write to person 1/i });
    await waitFor(() => expect(document.activeElement).toBe(field));
  });

  test("that were sent together say which of them did not go", async () => {
    const ours = { type: "image", text: null, direction: "outbound" } as const;
    const sent = { ...ours, status: "sent", media: stored, payload: { image: { id: "m1" } } } as const;
    for (const number of [1, 2]) server.say(messageOf(number, uuid(1), sent));
    await renderInbox(pane(), { server });
    await screen.findByRole("group", { name: "2 photos and videos" });
    const words = "The file is too large.";
    const error = { kind: "rejected", words: { en: words, es: words, pt: words } };
    const failed = { ...ours, status: "failed", failed_at: "2026-11-20T12:01:00Z", error } as const;
    await act(async () => void server.happen("message_failed", messageOf(1, uuid(1), failed)));
    await screen.findByText(words);
  });
});

test("a file that Meta could not fetch is told with what to do about it", async () => {
  const content = { kind: "unsupported", what: "image", code: 131052, reason: "Media download error" };
  server.say(messageOf(1, uuid(1), { type: "image", text: null, content }));
  await renderInbox(pane(), { server });

  await screen.findByText("Photo.");
  await screen.findByText(/Ask for it to be sent again/);
});

test("a payment method that somebody chose is shown by its name and its parts", async () => {
  const answers = { payment_method: "google_pay", reference_id: "order-7" };
  const content = { kind: "flow_reply", name: "payment_method", answers };
  server.say(messageOf(1, uuid(1), { type: "interactive", text: null, content }));
  await renderInbox(pane(), { server });

  await screen.findByText("Payment method");
  await screen.findByText("order-7");
});
