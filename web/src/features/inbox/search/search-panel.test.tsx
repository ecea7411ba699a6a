import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { useShortcuts } from "@/shared/keys/use-shortcut";
import { conversationOf } from "@/shared/store/testing";
import { ok, problem } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { SearchPanel } from "./search-panel";

const SEARCH = `GET /api/tenants/${TENANT}/inbox/search`;
const page = (numbers: number[], next: string | null = null) =>
  ok({
    items: numbers.map((number) => ({ kind: "contact", conversation: conversationOf(number) })),
    next_cursor: next,
  });

function Screen() {
  useShortcuts();
  return (
    <>
      <SearchPanel selected={null} onClose={() => undefined} onOpen={() => undefined} />
      <button type="button">Elsewhere</button>
    </>
  );
}

let scrolledTo: (string | null)[];

beforeEach(() => {
  scrolledTo = [];
  vi.spyOn(Element.prototype, "scrollIntoView").mockImplementation(function (this: Element) {
    scrolledTo.push(this.id);
  });
});

const field = () => screen.getByRole("combobox");
const found = async () =>
  (await screen.findAllByRole("option")).map((row) => row.querySelector("bdi")?.textContent);

test("the arrows bring what they choose into sight, and the next page before the last result", async () => {
  const pages = [page([1, 2, 3, 4, 5], "next"), page([6, 7])];
  await renderInbox(<Screen />, { api: { [SEARCH]: () => pages.shift() ?? page([]) } });
  await userEvent.type(field(), "person");
  expect(await found()).toHaveLength(5);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}");
  expect(scrolledTo.at(-1)).toBe("found-3");
  await waitFor(async () => expect(await found()).toHaveLength(7));
});

test("a page that failed is asked for again only when somebody wants it", async () => {
  const pages = [page([1, 2], "next"), problem(400, "invalid_request")];
  const search = vi.fn(() => pages.shift() ?? page([3]));
  await renderInbox(<Screen />, { api: { [SEARCH]: search } });
  await userEvent.type(field(), "person");
  const again = await screen.findByRole("button", { name: "Try again" });
  expect(search).toHaveBeenCalledTimes(2);
  await userEvent.click(again);
  await waitFor(async () => expect(await found()).toEqual(["Person 1", "Person 2", "Person 3"]));
});

test("what was found stays in sight until further words are answered", async () => {
  let answer: (found: Response) => void = () => undefined;
  const pages: (Response | Promise<Response>)[] = [
    page([1]),
    new Promise<Response>((resolve) => {
      answer = resolve;
    }),
  ];
  await renderInbox(<Screen />, { api: { [SEARCH]: () => pages.shift() ?? page([]) } });
  await userEvent.type(field(), "per");
  expect(await found()).toEqual(["Person 1"]);
  await userEvent.type(field(), "son 2");
  await waitFor(() => expect(pages).toHaveLength(0));
  expect(screen.getByRole("listbox").getAttribute("aria-busy")).toBe("true");
  expect(await found()).toEqual(["Person 1"]);
  answer(page([2]));
  await waitFor(async () => expect(await found()).toEqual(["Person 2"]));
});

test("the key that opens it leads back to its field", async () => {
  await renderInbox(<Screen />);
  await userEvent.click(screen.getByRole("button", { name: "Elsewhere" }));
  await userEvent.keyboard("/");
  expect(document.activeElement).toBe(field());
});

test("Enter opens nothing that was found for the words before", async () => {
  const onOpen = vi.fn();
  const panel = <SearchPanel selected={null} onClose={() => undefined} onOpen={onOpen} />;
  await renderInbox(panel, { api: { [SEARCH]: () => page([1]) } });
  await userEvent.type(field(), "person");
  await found();
  await userEvent.type(field(), " two{Enter}");
  expect(onOpen).not.toHaveBeenCalled();
});

test("keys are the input method's own while it composes: Enter takes its word, and opens nobody", async () => {
  const onOpen = vi.fn();
  const onClose = vi.fn();
  const panel = <SearchPanel selected={null} onClose={onClose} onOpen={onOpen} />;
  await renderInbox(panel, { api: { [SEARCH]: () => page([1]) } });
  await userEvent.type(field(), "person");
  await found();
  for (const key of ["Enter", "Escape"]) fireEvent.keyDown(field(), { key, isComposing: true });
  expect([onOpen.mock.calls, onClose.mock.calls]).toEqual([[], []]);
  fireEvent.keyDown(field(), { key: "Enter" });
  expect(onOpen).toHaveBeenCalledOnce();
});
