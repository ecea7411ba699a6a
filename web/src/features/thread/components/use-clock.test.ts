import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { useServiceWindow } from "./use-clock";

afterEach(() => {
  vi.useRealTimers();
});

test("the window counts down with one timer, however often the page is looked at", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const closesAt = new Date(Date.now() + 3_600_000).toISOString();
  const { unmount } = renderHook(() => useServiceWindow(closesAt));
  for (let turn = 0; turn < 5; turn += 1) act(() => void dispatchEvent(new Event("focus")));
  expect(vi.getTimerCount()).toBe(1);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});
