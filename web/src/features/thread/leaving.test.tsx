/** Escape closes what is open over a thread, and leaves the thread alone: chosen files and a recording would be lost with it. */

import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { expect, test, vi } from "vitest";
import { useShortcut, useShortcuts } from "@/shared/keys/use-shortcut";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import { renderInbox } from "@/testing/inbox";
import { type Opened, RowTools } from "./bubbles/row-tools";
import { InteractiveComposer } from "./composer/interactive-composer";
import { Lightbox } from "./media/lightbox";
import { TemplateForm } from "./templates/template-form";
import { ActionsContext, DataContext, type ThreadActions, type ThreadData } from "./thread-context";
import { ThreadPane } from "./thread-pane";

const leave = vi.fn();
const message = messageOf(1, uuid(1));

function Page({ children }: { children: ReactNode }) {
  useShortcuts();
  useShortcut("leave", leave);
  return children;
}

async function shown(over: ReactNode) {
  // What floats is hidden where what it belongs to has no place, as everything without a screen.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
  leave.mockClear();
  const server = new TestServer();
  server.put(conversationOf(1, { window_closes_at: new Date(Date.now() + 3_600_000).toISOString() }));
  await renderInbox(<Page>{over}</Page>, { server });
}

/** A part of a thread, with what the thread gives it. */
function Within({ children }: { children: ReactNode }) {
  const data: Partial<ThreadData> = { contactName: "Eva", canSend: true, isOpen: true, isMe: () => false };
  return (
    <ActionsContext value={{ react: () => undefined } as unknown as ThreadActions}>
      <DataContext value={data as ThreadData}>{children}</DataContext>
    </ActionsContext>
  );
}

function Tools() {
  const [open, setOpen] = useState<Opened>(null);
  return (
    <Within>
      <RowTools message={message} open={open} onOpen={setOpen} />
    </Within>
  );
}

const closed = () => waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
/** Presses it once the focus is inside. */
async function pressEscape(within: Element) {
  await waitFor(() => expect(within.contains(document.activeElement)).toBe(true));
  await userEvent.keyboard("{Escape}");
}

test("the emoji close", async () => {
  await shown(<ThreadPane conversationId={uuid(1)} messageId={null} />);
  await userEvent.click(await screen.findByRole("button", { name: "Emoji" }));
  await pressEscape(await screen.findByRole("dialog"));
  await closed();
  expect(leave).not.toHaveBeenCalled();
});

test("the reactions close", async () => {
  await shown(<Tools />);
  await userEvent.click(screen.getByRole("button", { name: "React" }));
  await pressEscape(await screen.findByRole("dialog"));
  await closed();
  expect(leave).not.toHaveBeenCalled();
});

test("a picture closes", async () => {
  await shown(
    <Within>
      <Lightbox
        pictures={[message]}
        shown={message.id}
        onShow={() => undefined}
        onClose={() => undefined}
        onShowInThread={() => undefined}
      />
    </Within>,
  );
  fireEvent.keyDown(screen.getByRole("button", { name: "Close" }), { code: "Escape", key: "Escape" });
  expect(leave).not.toHaveBeenCalled();
});

test("a message to press that is half put together is not closed away without a question", async () => {
  const close = vi.fn();
  await shown(<InteractiveComposer onClose={close} onSend={() => undefined} />);
  await userEvent.type(await screen.findByLabelText("Text"), "Which day");
  await pressEscape(screen.getByRole("dialog"));
  await screen.findByText("Leave without saving?");
  expect(close).not.toHaveBeenCalled();

  await userEvent.click(screen.getByRole("button", { name: "Leave" }));
  expect(close).toHaveBeenCalled();
});

test("a template tells what it stands in whether closing would lose what was filled in", async () => {
  const told: boolean[] = [];
  const template = {
    id: "1",
    name: "hi",
    language: "es",
    components: [{ type: "BODY", text: "Hola {{1}}" }],
  };
  await shown(
    <TemplateForm
      contact={null}
      template={template as never}
      onFilled={(filled) => told.push(filled)}
      onBack={() => undefined}
      onSend={() => undefined}
    />,
  );
  expect(told.at(-1)).toBe(false);
  await userEvent.type(screen.getByRole("textbox"), "E");
  expect(told.at(-1)).toBe(true);
  await userEvent.clear(screen.getByRole("textbox"));
  expect(told.at(-1)).toBe(false);
});
