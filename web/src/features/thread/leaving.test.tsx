/** Escape closes what is open over a thread, and leaves the thread alone: chosen files and a recording would be lost with it. */

import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { expect, test, vi } from "vitest";
import { useShortcut, useShortcuts } from "@/shared/keys/use-shortcut";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import { type fakeApi, ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { type Opened, RowTools } from "./bubbles/row-tools";
import { InteractiveComposer } from "./composer/interactive-composer";
import { Lightbox } from "./media/lightbox";
import { TemplatePicker } from "./templates/template-picker";
import { ActionsContext, DataContext, type ThreadActions, type ThreadData } from "./thread-context";
import { ThreadPane } from "./thread-pane";

const leave = vi.fn();
const message = messageOf(1, uuid(1));

function Page({ children }: { children: ReactNode }) {
  useShortcuts();
  useShortcut("leave", leave);
  return children;
}

async function shown(over: ReactNode, api: Parameters<typeof fakeApi>[0] = {}) {
  // What floats is hidden where what it belongs to has no place, as everything without a screen.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 40, 40));
  leave.mockClear();
  const server = new TestServer();
  server.put(conversationOf(1, { window_closes_at: new Date(Date.now() + 3_600_000).toISOString() }));
  await renderInbox(<Page>{over}</Page>, { server, api });
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
        onReply={() => undefined}
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

const template = (id: string, name: string) => ({
  ...{ id, name, language: "es", status: "APPROVED", category: "UTILITY" },
  components: [{ type: "BODY", text: `${name}: {{1}}` }],
});
const TEMPLATES = `GET /api/tenants/${TENANT}/templates`;
const someTemplates = () =>
  ok({ items: [template("1", "Cita"), template("2", "Pedido")], next_cursor: null });
const choose = async (name: RegExp) => userEvent.click(await screen.findByRole("button", { name }));
const gap = () => screen.findByRole<HTMLInputElement>("textbox", { name: /1/ });

test("what was filled into a template is still there for whoever goes back to look at another", async () => {
  const close = vi.fn();
  await shown(<TemplatePicker conversation={conversationOf(1)} onClose={close} onSend={() => undefined} />, {
    [TEMPLATES]: someTemplates,
  });
  await choose(/Cita/);
  await userEvent.type(await gap(), "el lunes");
  await choose(/Other template/);
  await choose(/Pedido/);
  expect((await gap()).value).toBe("");
  await choose(/Other template/);

  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  await screen.findByText("Leave without saving?"); // also where one looks at the list
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(close).not.toHaveBeenCalled();
  await choose(/Cita/);
  expect((await gap()).value).toBe("el lunes");
});

test("a template in which nothing stands any more is closed without a question", async () => {
  const close = vi.fn();
  await shown(<TemplatePicker conversation={conversationOf(1)} onClose={close} onSend={() => undefined} />, {
    [TEMPLATES]: someTemplates,
  });
  await choose(/Cita/);
  await userEvent.type(await gap(), "E");
  await userEvent.clear(await gap());
  await userEvent.click(screen.getByRole("button", { name: "Close" }));

  expect(close).toHaveBeenCalled();
});
