import { act, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { renderAt } from "@/testing/render";
import { ClosedWindow } from "./window-bar";

afterEach(() => {
  vi.useRealTimers();
});

test("how long ago the window closed stays true while somebody looks at it", () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  const window = { state: "closed", at: new Date().toISOString() } as const;
  renderAt("/", <ClosedWindow window={window} onTemplate={() => undefined} />);
  expect(screen.getByText(/^It closed/).textContent).toContain("It closed now.");
  act(() => void vi.advanceTimersByTime(2 * 3_600_000));
  expect(screen.getByText(/^It closed/).textContent).toContain("It closed 2 hours ago.");
});
