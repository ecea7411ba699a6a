import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useShortcut, useShortcuts } from "./use-shortcut";

const leave = vi.fn();
const resolve = vi.fn();

function Page() {
  useShortcuts();
  useShortcut("leave", leave);
  useShortcut("resolve", resolve);
  return <textarea />;
}

/** A page with something over it. */
function covered(over: string) {
  leave.mockClear();
  render(<Page />);
  document.body.insertAdjacentHTML("beforeend", over);
  return document.body.lastElementChild as HTMLElement;
}

const pressEscape = (target: Element) => fireEvent.keyDown(target, { code: "Escape", key: "Escape" });

afterEach(() => {
  for (const over of document.querySelectorAll("[data-test]")) over.remove();
});

test.each([
  '<dialog data-test open="">a photo</dialog>',
  '<div data-test data-overlay="true" role="dialog">emoji</div>',
  '<div data-test role="dialog" aria-modal="true">a question</div>',
  '<div data-test role="menu">a menu</div>',
])("a key belongs to what is over the page: %s", (html) => {
  const over = covered(html);
  pressEscape(over);
  expect(leave).not.toHaveBeenCalled();
  over.remove();
  pressEscape(document.body);
  expect(leave).toHaveBeenCalledOnce();
});

test("the key that closes it does not reach the page, though it is gone when the key comes up", () => {
  const over = covered('<div data-test data-overlay="true">reactions</div>');
  over.addEventListener("keydown", () => {
    over.removeAttribute("data-overlay");
  });
  pressEscape(over);
  expect(leave).not.toHaveBeenCalled();
});

test("a dialog that is closed covers nothing", () => {
  pressEscape(covered("<dialog data-test>a sheet</dialog>"));
  expect(leave).toHaveBeenCalledOnce();
});

test("who writes an accent with the Option key of a Mac resolves nothing by it", () => {
  vi.spyOn(navigator, "platform", "get").mockReturnValue("MacIntel");
  render(<Page />);
  const field = screen.getByRole<HTMLTextAreaElement>("textbox");
  const accent = { code: "KeyE", key: "Dead", altKey: true };
  field.value = "caf";
  expect(fireEvent.keyDown(field, accent)).toBe(true); // it goes on into the field
  expect(resolve).not.toHaveBeenCalled();
  field.value = "";
  fireEvent.keyDown(field, accent);
  expect(resolve).toHaveBeenCalledOnce();
});
