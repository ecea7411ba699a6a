/** What is begun in a conversation is there when its author comes back to it: from another one, after a reload, from another tab. */

import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { useShortcut, useShortcuts } from "@/shared/keys/use-shortcut";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import { problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { ThreadPane } from "../thread-pane";

const OPEN = { window_closes_at: "2999-01-01T00:00:00Z" };
const DRAFT = `curbe.draft/t/u/${uuid(1)}/reply`;

const leave = vi.fn();
let server: TestServer;
let goTo: (conversation: number) => Promise<void>;

beforeEach(() => {
  localStorage.clear();
  leave.mockClear();
  // Nothing has a size without a screen, and a list without a height has no rows.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
  server = new TestServer();
  for (const number of [1, 2]) {
    server.put(conversationOf(number, OPEN));
    server.say(messageOf(number, uuid(number), { text: `Words of ${number}.` }));
  }
});

function Page({ conversation }: { conversation: number }) {
  useShortcuts();
  useShortcut("leave", leave);
  return <ThreadPane conversationId={uuid(conversation)} messageId={null} />;
}

function Pages() {
  const [conversation, setConversation] = useState(1);
  goTo = async (number) => {
    await act(async () => setConversation(number));
    await screen.findByRole("combobox", { name: `Write to Person ${number}…` });
  };
  return <Page conversation={conversation} />;
}

async function opened() {
  const shown = await renderInbox(<Pages />, { server });
  await screen.findAllByText("Words of 1."); // once more where it is quoted
  return shown;
}

const field = () => screen.getByRole<HTMLTextAreaElement>("combobox", { name: /write to person 1/i });
const quoted = () => screen.queryByRole("button", { name: "Do not quote" });
async function choose(...names: string[]) {
  const input = document.querySelector('input[type="file"]') as HTMLInputElement;
  await userEvent.upload(
    input,
    names.map((name) => new File(["bytes"], name, { type: "application/pdf" })),
  );
}

describe("files that were chosen", () => {
  test("wait with their captions while another conversation is open, and go to nobody else", async () => {
    const { store } = await opened();
    await choose("plan.pdf", "prices.pdf");
    await userEvent.type(screen.getByRole("textbox", { name: "Caption: plan.pdf" }), "As promised");
    await goTo(2);
    expect(screen.queryByText("plan.pdf")).toBeNull();
    await goTo(1);
    screen.getByText("prices.pdf");
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Caption: plan.pdf" }).value).toBe(
      "As promised",
    );
    expect(store.held.of(uuid(1))).toHaveLength(2);
  });

  test("are warned of before the page goes, and no more once they were removed", async () => {
    const { store } = await opened();
    expect(store.wouldLose()).toBe(false);
    await choose("plan.pdf");
    expect(store.wouldLose()).toBe(true);
    await userEvent.click(screen.getByRole("button", { name: "Remove plan.pdf" }));
    expect(store.wouldLose()).toBe(false);
  });

  test("stay when Escape is pressed in a caption: it goes back to the field", async () => {
    await opened();
    await choose("plan.pdf");
    await userEvent.type(screen.getByRole("textbox", { name: "Caption: plan.pdf" }), "{Escape}");
    await waitFor(() => expect(document.activeElement).toBe(field()));
    screen.getByText("plan.pdf");
    expect(leave).not.toHaveBeenCalled();
  });

  test("go on with the conversation, where it is merged into another", async () => {
    const { store } = await opened();
    await choose("plan.pdf");
    await act(async () => store.state.conversations.remove(uuid(1), uuid(2)));
    expect(store.held.of(uuid(2)).map(({ file }) => file.name)).toEqual(["plan.pdf"]);
  });
});

describe("what a reply answers", () => {
  const quote = async () => userEvent.type(field(), "{ArrowUp}");

  test("is there after another conversation, and after a reload", async () => {
    const first = await opened();
    await quote();
    await waitFor(() => expect(quoted()).not.toBeNull());
    await goTo(2);
    expect(quoted()).toBeNull();
    await goTo(1);
    expect(quoted()).not.toBeNull();
    first.unmount();

    const { store } = await opened();
    expect(quoted()).not.toBeNull();
    await userEvent.type(field(), "Yes{Enter}");
    expect([...store.outbox.all()][0]?.reply_to).toBe("wamid.1");
    expect(quoted()).toBeNull();
    expect(store.drafts.quote(uuid(1))).toBeNull();
  });

  test("is nothing that Escape lets go where it is not shown", async () => {
    const { store } = await opened();
    await quote();
    await waitFor(() => expect(quoted()).not.toBeNull());
    const closed = conversationOf(1, { window_closes_at: "2020-01-01T00:00:00Z", version: 9 });
    await act(async () => store.putConversation(closed));
    await waitFor(() => expect(quoted()).toBeNull());
    fireEvent.keyDown(document.body, { code: "Escape", key: "Escape" });
    expect(leave).toHaveBeenCalledOnce();
    expect(store.drafts.quote(uuid(1))).not.toBeNull();
  });

  test("is let go by the first Escape; the second leaves", async () => {
    await opened();
    await quote();
    await waitFor(() => expect(quoted()).not.toBeNull());
    fireEvent.keyDown(field(), { code: "Escape", key: "Escape" });
    await waitFor(() => expect(quoted()).toBeNull());
    expect(leave).not.toHaveBeenCalled();
    fireEvent.keyDown(field(), { code: "Escape", key: "Escape" });
    expect(leave).toHaveBeenCalledOnce();
  });
});

test("a note that was refused is in the field again, also where its author went elsewhere and came back", async () => {
  let refuse: (answer: Response) => void = () => undefined;
  const NOTES = `POST /api/tenants/${TENANT}/inbox/conversations/${uuid(1)}/notes`;
  const waits = new Promise<Response>((resolve) => {
    refuse = resolve;
  });
  const api = { [NOTES]: () => waits };
  const { store } = await renderInbox(<Pages />, { server, api });
  await screen.findAllByText("Words of 1.");
  const turn = async () => userEvent.click(await screen.findByRole("tab", { name: "Internal note" }));
  const note = () => screen.getByRole<HTMLTextAreaElement>("combobox", { name: /internal note/i });
  await turn();
  await userEvent.type(note(), "Call her{Enter}");
  await goTo(2);
  await goTo(1);
  await turn();
  await act(async () => refuse(problem(422, "invalid_request")));
  await waitFor(() => expect(note().value).toBe("Call her"));
  await userEvent.type(note(), " today");
  expect(store.drafts.get(uuid(1), "note")).toBe("Call her today");
});

describe("a draft in two tabs", () => {
  const elsewhere = (
    store: { drafts: { hear: (event: { key: string | null; newValue: string | null }) => void } },
    newValue: string | null,
  ) => act(async () => store.drafts.hear({ key: DRAFT, newValue }));

  test("shows what was written in the other, and goes from both when it is sent there", async () => {
    const { store } = await opened();
    await elsewhere(store, "See you at nine");
    await waitFor(() => expect(field().value).toBe("See you at nine"));
    await elsewhere(store, null);
    await waitFor(() => expect(field().value).toBe(""));
    await userEvent.type(field(), "{Enter}");
    expect([...store.outbox.all()]).toEqual([]);
  });

  test("of another conversation or another user changes nothing here", async () => {
    const { store } = await opened();
    await userEvent.type(field(), "Mine");
    await act(async () => store.drafts.hear({ key: DRAFT.replace("/u/", "/other/"), newValue: "Theirs" }));
    await act(async () => store.drafts.hear({ key: "curbe.preferences", newValue: "{}" }));
    expect(field().value).toBe("Mine");
  });
});

describe("a recording", () => {
  /** A microphone, as far as the browser gives one. */
  class Recorder {
    static isTypeSupported = () => true;
    state = "inactive";
    mimeType = "audio/webm;codecs=opus";
    ondataavailable: ((event: { data: Blob }) => void) | null = null;
    onstop: (() => void) | null = null;
    start() {
      this.state = "recording";
    }
    stop() {
      this.state = "inactive";
      this.ondataavailable?.({ data: new Blob(["sound"]) });
      queueMicrotask(() => this.onstop?.());
    }
  }
  class Context {
    createAnalyser = () => ({ fftSize: 0, getFloatTimeDomainData: (into: Float32Array) => into.fill(0.1) });
    createMediaStreamSource = () => ({ connect: () => undefined });
    close = async () => undefined;
  }
  const stopped = vi.fn();

  beforeEach(() => {
    stopped.mockClear();
    vi.stubGlobal("MediaRecorder", Recorder);
    vi.stubGlobal("AudioContext", Context);
    const getUserMedia = async () => ({ getTracks: () => [{ stop: stopped }] });
    Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
  });
  afterEach(() => Reflect.deleteProperty(navigator, "mediaDevices"));

  const record = async () => {
    await userEvent.click(screen.getByRole("button", { name: "Record a voice message" }));
    await screen.findByRole("timer");
  };

  test("under way stops when its author goes elsewhere, and waits as a file", async () => {
    const { store } = await opened();
    await record();
    await goTo(2);
    expect(stopped).toHaveBeenCalled();
    await goTo(1);
    await screen.findByRole("button", { name: "Remove voice.webm" });
    expect(store.held.of(uuid(1))).toMatchObject([{ kind: "voice", type: "audio/webm", objection: null }]);
  });

  test("that is finished waits as a file too", async () => {
    await opened();
    await record();
    await userEvent.click(screen.getByRole("button", { name: "Stop and listen" }));
    await screen.findByRole("button", { name: "Play" });
    await goTo(2);
    await goTo(1);
    await screen.findByRole("button", { name: "Remove voice.webm" });
  });

  test("is ended by Escape step by step, and lost by none", async () => {
    await opened();
    await record();
    const pressEscape = () => fireEvent.keyDown(document.body, { code: "Escape", key: "Escape" });
    pressEscape();
    await screen.findByRole("button", { name: "Play" });
    pressEscape();
    await screen.findByRole("button", { name: "Remove voice.webm" });
    expect(leave).not.toHaveBeenCalled();
    pressEscape();
    expect(leave).toHaveBeenCalledOnce();
  });

  test("does not begin when the browser allows it after its author turned to a note", async () => {
    let allow: (stream: unknown) => void = () => undefined;
    const asking = new Promise((resolve) => {
      allow = resolve;
    });
    const getUserMedia = () => asking;
    Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
    await opened();
    await userEvent.click(screen.getByRole("button", { name: "Record a voice message" }));
    await userEvent.click(screen.getByRole("tab", { name: /note/i }));
    await act(async () => allow({ getTracks: () => [{ stop: stopped }] }));
    expect(stopped).toHaveBeenCalled();
  });

  test("that was thrown away while the browser still asked and begun anew holds the microphone once", async () => {
    const allow: ((stream: unknown) => void)[] = [];
    const getUserMedia = () => new Promise((resolve) => allow.push(resolve));
    Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia }, configurable: true });
    await opened();
    await userEvent.click(screen.getByRole("button", { name: "Record a voice message" }));
    await userEvent.click(screen.getByRole("button", { name: "Throw the recording away" }));
    await userEvent.click(screen.getByRole("button", { name: "Record a voice message" }));
    const stops = [vi.fn(), vi.fn()];
    await act(async () => {
      for (const [index, stop] of stops.entries()) allow[index]?.({ getTracks: () => [{ stop }] });
    });
    await waitFor(() => expect(stops[0]).toHaveBeenCalledOnce());
    expect(stops[1]).not.toHaveBeenCalled();
  });

  test("that cannot begin lets go of the microphone and says so", async () => {
    vi.stubGlobal(
      "AudioContext",
      class {
        constructor() {
          throw new DOMException("too many", "NotSupportedError");
        }
      },
    );
    await opened();
    await userEvent.click(screen.getByRole("button", { name: "Record a voice message" }));
    await screen.findByRole("button", { name: "The recording could not begin" });
    expect(stopped).toHaveBeenCalledOnce();
  });

  test("that cannot be listened to keeps nothing open", async () => {
    const closed = vi.fn();
    vi.stubGlobal(
      "AudioContext",
      class extends Context {
        override createMediaStreamSource = () => {
          throw new DOMException("no sound", "InvalidStateError");
        };
        override close = async () => closed();
      },
    );
    await opened();
    await userEvent.click(screen.getByRole("button", { name: "Record a voice message" }));
    await screen.findByRole("button", { name: "The recording could not begin" });
    expect(stopped).toHaveBeenCalledOnce();
    expect(closed).toHaveBeenCalledOnce();
  });

  test("ends when the conversation is put away under it", async () => {
    const { store } = await opened();
    await record();
    await act(async () =>
      store.putConversation(conversationOf(1, { ...OPEN, state: "archived", version: 9 })),
    );
    await waitFor(() => expect(stopped).toHaveBeenCalled());
  });

  test("that was thrown away is gone", async () => {
    const { store } = await opened();
    await record();
    await userEvent.click(screen.getByRole("button", { name: "Throw the recording away" }));
    await goTo(2);
    expect(store.held.any()).toBe(false);
  });
});
