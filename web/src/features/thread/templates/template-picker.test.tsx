/** Whoever chooses a template by keys goes on by keys: the focus is where one writes next. */

import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { conversationOf } from "@/shared/store/testing";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { refusingVideo } from "@/testing/uploading";
import { TemplatePicker } from "./template-picker";

const TEMPLATES = `GET /api/tenants/${TENANT}/templates`;
const template = (id: string, name: string, text: string, ...head: object[]) => ({
  ...{ id, name, language: "es", status: "APPROVED", category: "UTILITY" },
  components: [...head, { type: "BODY", text }],
});

async function shown(
  items = [template("t1", "reminder", "Hola {{1}}"), template("t2", "thanks", "Gracias")],
) {
  let answer: (response: Response) => void = () => undefined;
  const waits = new Promise<Response>((resolve) => {
    answer = resolve;
  });
  const picker = (
    <TemplatePicker conversation={conversationOf(1)} onClose={() => undefined} onSend={() => undefined} />
  );
  await renderInbox(picker, { api: { [TEMPLATES]: () => waits } });
  await screen.findByRole("dialog");
  await act(() => new Promise((resolve) => setTimeout(resolve))); // the dialog has given its focus by then
  await act(async () => answer(ok({ items, next_cursor: null })));
}

const focused = (element: HTMLElement) => waitFor(() => expect(document.activeElement).toBe(element));
const search = () => screen.findByRole("searchbox", { name: "Search templates" });

test("in the search once templates have come, in what there is to fill in once one is chosen, and back", async () => {
  await shown();
  await focused(await search());
  await userEvent.click(screen.getByRole("button", { name: /reminder/ }));
  await focused(await screen.findByLabelText("Variable 1"));
  await userEvent.click(screen.getByRole("button", { name: "Other template" }));
  await focused(await search());
});

test("on the button that sends where there is nothing to fill in; a key that is held from before sends nothing", async () => {
  await shown();
  await userEvent.click(await screen.findByRole("button", { name: /thanks/ }));
  const send = screen.getByRole("button", { name: "Send template" });
  await focused(send);
  expect(fireEvent.keyDown(send, { key: "Enter", repeat: true })).toBe(false);
  expect(fireEvent.keyDown(send, { key: "Enter" })).toBe(true);
});

test("a file that the server refuses is refused in the server's words", async () => {
  refusingVideo();
  await shown([template("t3", "film", "Mira", { type: "HEADER", format: "VIDEO" })]);
  await userEvent.click(await screen.findByRole("button", { name: /film/ }));
  const input = document.querySelector<HTMLInputElement>("input[type=file]");
  if (input === null) throw new Error("no file is asked for");
  await userEvent.upload(input, new File(["film"], "film.mp4", { type: "video/mp4" }));
  await screen.findByText(/coded as HEVC.*Send it as a document/);
});
