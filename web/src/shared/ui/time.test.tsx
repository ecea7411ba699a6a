import { act, fireEvent, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { renderAt } from "@/testing/render";
import { Time } from "./time";

const BEGIN = Date.UTC(2026, 10, 28, 12);

afterEach(() => {
  vi.useRealTimers();
});

function LastSeen() {
  const [at, setAt] = useState(BEGIN - 60_000);
  return (
    <button type="button" onClick={() => setAt(Date.now())}>
      <Time at={new Date(at).toISOString()} as="relative" />
    </button>
  );
}

test("what has happened just now is not told as what is to come", () => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"], now: BEGIN });
  renderAt("/", <LastSeen />);
  expect(screen.getByRole("button").textContent).toBe("1 minute ago");

  vi.setSystemTime(BEGIN + 20_000);
  fireEvent.click(screen.getByRole("button"));
  expect(screen.getByRole("button").textContent).toBe("now");

  act(() => void vi.advanceTimersByTime(60_000));
  expect(screen.getByRole("button").textContent).toBe("1 minute ago");
});
