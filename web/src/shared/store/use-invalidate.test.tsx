import { useQuery } from "@tanstack/react-query";
import { act } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { ok } from "@/testing/fake-api";
import { renderInbox, TENANT } from "@/testing/inbox";
import { useInvalidateOn } from "./use-invalidate";

const KEY = ["history"];
const NEWS = ["message_delivered"];

function Asking() {
  useInvalidateOn(NEWS, KEY);
  useQuery({ queryKey: KEY, queryFn: () => fetch(new Request(`${location.origin}/asked`)).then(() => "") });
  return null;
}

test("a campaign's thousand events are no thousand requests, and the last of them is not missed", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { server, asked } = await renderInbox(<Asking />, { api: { "GET /asked": () => ok({}) } });
    const requests = () => asked.filter(({ path }) => path === "/asked").length;
    const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
    const happen = () => act(async () => void server.happen("message_delivered", { id: TENANT }));
    await pass(100);
    expect(requests()).toBe(1);

    await happen();
    await pass(100);
    expect(requests(), "the first is shown at once").toBe(2);
    for (let n = 0; n < 50; n += 1) {
      await happen();
      await pass(100);
    }
    expect(requests()).toBeLessThanOrEqual(5);
    await happen();
    const before = requests();
    await pass(5000);
    expect(requests()).toBe(before + 1);
    await pass(5000);
    expect(requests()).toBe(before + 1);
  } finally {
    vi.useRealTimers();
  }
});
