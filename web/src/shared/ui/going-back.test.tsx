import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { renderAt } from "@/testing/render";
import { Dialog } from "./dialog";

/** As Android's: the latest of them hears of a step back. */
const watching: Watcher[] = [];
class Watcher {
  onclose: (() => void) | null = null;
  constructor() {
    watching.push(this);
  }
  destroy() {
    const at = watching.indexOf(this);
    if (at >= 0) watching.splice(at, 1);
  }
}
const back = () =>
  act(() => {
    const last = watching.pop();
    last?.onclose?.();
    return last !== undefined;
  });

let isTouched = true;

beforeEach(() => {
  isTouched = true;
  vi.stubGlobal("CloseWatcher", Watcher);
  const { matchMedia } = window;
  vi.spyOn(window, "matchMedia").mockImplementation((query) =>
    query === "(pointer: coarse)" ? ({ matches: isTouched } as MediaQueryList) : matchMedia(query),
  );
});
afterEach(() => {
  watching.length = 0;
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function Page({ busy = false }: { busy?: boolean }) {
  const [shown, setShown] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setShown(true)}>
        Details
      </button>
      <Dialog opened={shown} onClose={() => setShown(false)} title="Of it" closeOnEscape={!busy}>
        Words
      </Dialog>
    </>
  );
}

test("a step back on a phone closes the dialog, and the next one is the page's", async () => {
  renderAt("/", <Page />);
  await userEvent.click(screen.getByRole("button", { name: "Details" }));
  await screen.findByText("Words");
  expect(watching).toHaveLength(1);
  back();
  expect(screen.queryByText("Words")).toBeNull();
  expect(watching).toHaveLength(0);
});

test("what may not be closed now stays, and is not left by a second step either", async () => {
  renderAt("/", <Page busy />);
  await userEvent.click(screen.getByRole("button", { name: "Details" }));
  await screen.findByText("Words");
  back();
  back();
  expect(screen.queryByText("Words")).not.toBeNull();
  expect(watching).toHaveLength(1);
});

test("with a mouse a step back is the page's, as ever", async () => {
  isTouched = false;
  renderAt("/", <Page />);
  await userEvent.click(screen.getByRole("button", { name: "Details" }));
  await screen.findByText("Words");
  expect(watching).toHaveLength(0);
});
