/** That the connection is gone, and that it is back, is told once to who hears the page. */

import { act, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { renderInbox } from "@/testing/inbox";
import { LiveBanner } from "./live-banner";

test("a connection that is lost is told of, and then that it is back; a connection that was never lost is not", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"], shouldAdvanceTime: true });
  const { server } = await renderInbox(<LiveBanner />);
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => server.socket.drop());
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  expect(screen.getByRole("status").textContent).toBe("Connection lost. Reconnecting…");
  await act(async () => {
    server.socket.open();
    await vi.advanceTimersByTimeAsync(100);
  });
  expect(screen.getByRole("status").textContent).toBe("Connected again.");
  vi.useRealTimers();
});
