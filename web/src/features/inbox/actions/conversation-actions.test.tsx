import { notifications } from "@mantine/notifications";
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, test } from "vitest";
import { Problem } from "@/shared/api/problem";
import { canRun, runShortcut, useShortcuts } from "@/shared/keys/use-shortcut";
import { setPreferences } from "@/shared/lib/preferences";
import { conversationOf, ME, TestServer, uuid } from "@/shared/store/testing";
import { renderInbox } from "@/testing/inbox";
import { Palette } from "../palette/palette";
import { ConversationActions } from "./conversation-actions";

/** Where nothing has a place on the screen, Mantine hides what hangs on a button. */
const LAID_OUT_NOWHERE = { hidden: true };

let server: TestServer;

beforeEach(() => {
  notifications.clean();
  setPreferences({ shortcuts: true });
  server = new TestServer();
  server.put(conversationOf(1));
  server.people = async () => [
    { user_id: ME, email: "ana@example.com", name: "Ana", role: "agent", disabled: false },
    { user_id: uuid(2), email: "leo@example.com", name: "Leo", role: "agent", disabled: false },
  ];
  server.labels = async () => [{ id: uuid(90), name: "VIP", color: "#d97706" }];
});

function Screen() {
  useShortcuts();
  const [finding, setFinding] = useState(false);
  return (
    <>
      <ConversationActions conversationId={uuid(1)} />
      <button type="button" onClick={() => setFinding(true)}>
        Find anything
      </button>
      {finding && <Palette />}
    </>
  );
}

async function shown() {
  const inbox = await renderInbox(<Screen />, { server });
  await inbox.store.loadConversation(uuid(1));
  await screen.findByRole("button", { name: "Resolve" });
  return inbox;
}

const conversation = () => server.conversationMap.get(uuid(1));

test("a key resolves it, and the same key opens it again", async () => {
  await shown();
  await userEvent.keyboard("{Alt>}[KeyE]{/Alt}");
  await waitFor(() => expect(conversation()?.state).toBe("resolved"));
  await screen.findByRole("button", { name: "Reopen" });
  await userEvent.keyboard("{Alt>}[KeyE]{/Alt}");
  await waitFor(() => expect(conversation()?.state).toBe("open"));
});

test("a key opens the people it can be given to; one of them is found by typing and chosen with Enter", async () => {
  await shown();
  await userEvent.keyboard("{Alt>}[KeyA]{/Alt}");
  const field = await screen.findByLabelText("Assign to", { selector: "input" });
  await waitFor(() => expect(document.activeElement).toBe(field));
  await userEvent.keyboard("leo");
  await screen.findByRole("option", { name: "Leo", ...LAID_OUT_NOWHERE });
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(conversation()?.assignee_id).toBe(uuid(2)));
});

test("what a key opened gives the focus back to the field one was writing in", async () => {
  await renderInbox(
    <>
      <Screen />
      <textarea aria-label="Write" />
    </>,
    { server },
  ).then(({ store }) => store.loadConversation(uuid(1)));
  await screen.findByRole("button", { name: "Resolve" });
  const field = screen.getByLabelText("Write");
  await userEvent.click(field);
  for (const [key, name] of [
    ["KeyA", "Assign to"],
    ["KeyT", "Labels"],
  ]) {
    await userEvent.keyboard(`{Alt>}[${key}]{/Alt}`);
    const search = await screen.findByLabelText(name ?? "", { selector: "input" });
    await waitFor(() => expect(document.activeElement).toBe(search));
    await userEvent.keyboard("{Escape}");
    await waitFor(() => expect(document.activeElement).toBe(field));
  }
});

test("a key opens the priorities with the one it has ticked, and another one is chosen", async () => {
  server.put(conversationOf(1, { priority: "high" }));
  await shown();
  screen.getByRole("button", { name: "Priority: high" });
  await userEvent.keyboard("{Alt>}[KeyY]{/Alt}");
  const list = await screen.findByRole("listbox", { name: "Priority", ...LAID_OUT_NOWHERE });
  const options = within(list).getAllByRole("option", LAID_OUT_NOWHERE);
  expect(options.map((one) => one.textContent)).toEqual(["Urgent", "High", "Medium", "Low", "None"]);
  const ticked = options.filter((one) => one.querySelector(".tabler-icon-check"));
  expect(ticked.map((one) => one.textContent)).toEqual(["High"]);
  await userEvent.click(options[0] as HTMLElement);
  await waitFor(() => expect(conversation()?.priority).toBe("urgent"));
  await screen.findByRole("button", { name: "Priority: urgent" });
});

test("the palette leads to the priorities too", async () => {
  await shown();
  await userEvent.click(screen.getByRole("button", { name: "Find anything" }));
  await userEvent.click(await screen.findByRole("button", { name: /^Priority.+Y$/ }));
  await userEvent.click(await screen.findByRole("option", { name: "Low", ...LAID_OUT_NOWHERE }));
  await waitFor(() => expect(conversation()?.priority).toBe("low"));
});

test("the menu has everything that the header has no place for on a phone", async () => {
  await shown();
  await userEvent.click(screen.getByRole("button", { name: "Actions" }));
  await screen.findByRole("menuitem", { name: /^Resolve and next/, ...LAID_OUT_NOWHERE });
  screen.getByRole("menuitem", { name: /^Snooze/, ...LAID_OUT_NOWHERE });
  screen.getByRole("menuitem", { name: /^Assign/, ...LAID_OUT_NOWHERE });
  screen.getByRole("menuitem", { name: /^Priority/, ...LAID_OUT_NOWHERE });
  await userEvent.click(screen.getByRole("menuitem", { name: /^Labels/, ...LAID_OUT_NOWHERE }));
  const search = await screen.findByLabelText("Labels", { selector: "input" });
  await waitFor(() => expect(document.activeElement).toBe(search));
});

test("keys are silent while something lies over the page, and where they are turned off", async () => {
  await shown();
  await userEvent.keyboard("{Alt>}[KeyM]{/Alt}");
  const [first] = await screen.findAllByRole("menuitem", LAID_OUT_NOWHERE);
  act(() => first?.focus()); // where a browser puts the focus, which goes to nothing that has no place
  await userEvent.keyboard("{Alt>}[KeyE]{/Alt}");
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("menu", LAID_OUT_NOWHERE)).toBeNull());
  setPreferences({ shortcuts: false });
  await userEvent.keyboard("{Alt>}[KeyE]{/Alt}");
  expect(conversation()?.state).toBe("open");
});

test("what the server refuses is taken back, and said", async () => {
  const { store } = await shown();
  server.change = async () => {
    throw new Problem(409, { code: "conflict", title: "No" });
  };
  await userEvent.click(screen.getByRole("button", { name: "Resolve" }));
  await screen.findByText("This cannot be done now");
  expect(store.state.conversations.get(uuid(1))?.state).toBe("open");
});

test("a slip is mended by a key too, as long as it is told of", async () => {
  await shown();
  await userEvent.click(screen.getByRole("button", { name: "Resolve" }));
  await screen.findByRole("button", { name: "Undo" });
  act(() => void runShortcut("undo"));
  await waitFor(() => expect(conversation()?.state).toBe("open"));
  await waitFor(() => expect(canRun("undo")).toBe(false));
});

test("a slip is mended: what was resolved comes back by Undo", async () => {
  await shown();
  await userEvent.click(screen.getByRole("button", { name: "Resolve" }));
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() => expect(conversation()?.state).toBe("open"));
});

test("nobody is blocked without a question", async () => {
  await shown();
  await userEvent.click(screen.getByRole("button", { name: "Actions" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Block…", ...LAID_OUT_NOWHERE }));
  await screen.findByText("Block Person 1?");
  expect(conversation()?.state).toBe("open");
  await userEvent.click(screen.getByRole("button", { name: "Block" }));
  await waitFor(() => expect(conversation()?.state).toBe("blocked"));
});

test("what waits for the person's word is opened again by hand, as is somebody whose name nobody knows blocked", async () => {
  const contact = { ...conversationOf(1).contact, name: null };
  server.put(conversationOf(1, { state: "waiting", contact }));
  await shown();
  const choose = async (name: RegExp) => {
    await userEvent.click(screen.getByRole("button", { name: "Actions" }));
    await userEvent.click(await screen.findByRole("menuitem", { name, ...LAID_OUT_NOWHERE }));
  };
  await choose(/Set to open/);
  await waitFor(() => expect(conversation()?.state).toBe("open"));
  await choose(/Block/);
  await screen.findByText("Block this person?");
});

test("who has it and what its button does are told to who cannot see them, as they are written", async () => {
  server.put(conversationOf(1, { state: "blocked", assignee_id: uuid(2) }));
  const { store } = await renderInbox(<Screen />, { server });
  await store.loadConversation(uuid(1));
  await screen.findByRole("button", { name: "Assign: Leo" });
  await userEvent.click(screen.getByRole("button", { name: "Unblock" }));
  await waitFor(() => expect(conversation()?.state).toBe("open"));
  await screen.findByText("Unblocked");
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(conversation()?.state).toBe("blocked"));
});
