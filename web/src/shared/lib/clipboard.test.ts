import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { copyText } from "./clipboard";

/** What the older way would copy: the text that is marked in the field that has the focus. */
function marked(): string | null {
  const field = document.activeElement;
  return field instanceof HTMLTextAreaElement
    ? field.value.slice(field.selectionStart, field.selectionEnd)
    : null;
}

const copied: (string | null)[] = [];
let allows = true;

beforeEach(() => {
  copied.length = 0;
  allows = true;
  document.body.innerHTML = "<button>Copy</button>";
  document.querySelector("button")?.focus();
  Object.assign(document, {
    execCommand: () => {
      if (allows) copied.push(marked());
      return allows;
    },
  });
});

afterEach(() => {
  document.body.replaceChildren();
  Reflect.deleteProperty(document, "execCommand");
});

const without = (clipboard: object | undefined) =>
  vi.spyOn(navigator, "clipboard", "get").mockReturnValue(clipboard as Clipboard);

test.each([
  ["on plain HTTP, where browsers have no clipboard", undefined],
  [
    "within another page that does not allow it",
    { writeText: () => Promise.reject(new Error("not allowed")) },
  ],
])("a text is copied %s, and the focus is where it was", async (_, clipboard) => {
  without(clipboard);

  expect(await copyText("At nine")).toBe(true);

  expect(copied).toEqual(["At nine"]);
  expect(document.activeElement).toBe(document.querySelector("button"));
  expect(document.querySelector("textarea")).toBeNull();
});

test("where nothing is allowed it says that nothing was copied", async () => {
  without(undefined);
  allows = false;

  expect(await copyText("At nine")).toBe(false);
});
