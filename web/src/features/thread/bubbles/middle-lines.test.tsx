import { act, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { formatOf } from "@/shared/i18n/format";
import { conversationOf, messageOf, TestServer, timeAt, uuid } from "@/shared/store/testing";
import { renderInbox } from "@/testing/inbox";
import { renderAt } from "@/testing/render";
import { ThreadPane } from "../thread-pane";
import { DayLine } from "./middle-lines";

afterEach(() => {
  vi.useRealTimers();
});

test("a day is called today until midnight and yesterday from then on, though nobody touches the page", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.setSystemTime(new Date(2026, 10, 20, 23, 59));
  renderAt("/", <DayLine at={new Date(2026, 10, 20, 9).toISOString()} />);
  screen.getByText("Today");
  act(() => void vi.advanceTimersByTime(61_000));
  screen.getByText("Yesterday");
});

test("until when a conversation is put off is told to the minute", async () => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
  const server = new TestServer();
  server.put(conversationOf(1));
  server.say(messageOf(1, uuid(1)));
  const { store } = await renderInbox(<ThreadPane conversationId={uuid(1)} messageId={null} />, { server });
  await screen.findByText("Message 1");
  const until = new Date(2026, 11, 1, 9).toISOString();
  const activity = { type: "state", state: "snoozed", snoozed_until: until };
  const created_at = timeAt(5);
  act(() =>
    store.putAnnotation({
      kind: "activity",
      id: uuid(70),
      conversation_id: uuid(1),
      author: null,
      activity,
      created_at,
    }),
  );
  const line = await screen.findByText(/snoozed the conversation until/);
  expect(line.textContent?.endsWith(` until ${formatOf("en").dateTime(until)}`)).toBe(true);
});
