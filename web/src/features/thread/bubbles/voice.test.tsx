/** A voice note, as it is listened to. */

import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { conversationOf, messageOf, TestServer, uuid } from "@/shared/store/testing";
import { renderInbox } from "@/testing/inbox";
import { renderAt } from "@/testing/render";
import { ThreadPane } from "../thread-pane";
import { Voice } from "./voice";

/** What the browser plays with; the test lets it play. */
class Sounding extends EventTarget {
  static all: Sounding[] = [];
  paused = true;
  currentTime = 0;
  duration = 30;
  playbackRate = 1;
  preload = "";
  readonly src: string;
  constructor(src = "") {
    super();
    this.src = src;
    if (src !== "") Sounding.all.push(this);
  }
  canPlayType = () => "probably";
  async play() {
    this.paused = false;
    this.dispatchEvent(new Event("playing"));
  }
  pause() {
    if (this.paused) return;
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }
  reaches(seconds: number) {
    this.currentTime = seconds;
    this.dispatchEvent(new Event("timeupdate"));
  }
}

beforeEach(() => {
  Sounding.all = [];
  vi.stubGlobal("Audio", Sounding);
});

const note = (of: string | null, url = `/media/${of}`) => (
  <Voice of={of} url={url} type="audio/ogg" voice name={null} durationMs={30_000} peaks={undefined} />
);
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const playing = () => Sounding.all.filter(({ paused }) => !paused).map(({ src }) => src);

test("goes on while it is scrolled out of sight, and shows how far it is when it comes back", async () => {
  const shown = renderAt("/", note("one"));
  await press("Play");
  shown.unmount();
  expect(playing()).toEqual(["/media/one"]);
  Sounding.all[0]?.reaches(12);

  renderAt("/", note("one"));
  screen.getByText("0:12");
  await press("Pause");
  expect(playing()).toEqual([]);
  expect(Sounding.all).toHaveLength(1);
});

test("stops when another begins, wherever that is", async () => {
  const shown = renderAt("/", note("two"));
  await press("Play");
  shown.unmount();
  renderAt("/", note("three"));
  await press("Play");
  expect(playing()).toEqual(["/media/three"]);
});

test("begins anew once it has ended", async () => {
  renderAt("/", note("four"));
  await press("Play");
  act(() => void Sounding.all[0]?.dispatchEvent(new Event("ended")));
  screen.getByRole("button", { name: "Play" });
  await press("Play");
  expect(playing()).toContain("/media/four");
});

test("of no message ends with what shows it", async () => {
  const shown = renderAt("/", note(null, "blob:a-recording"));
  await press("Play");
  shown.unmount();
  expect(playing()).toEqual([]);
});

test("pauses when its conversation is left", async () => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
  const server = new TestServer();
  server.put(conversationOf(1, { window_closes_at: "2999-01-01T00:00:00Z" }));
  const media = {
    state: "stored",
    url: "/media/five",
    mime_type: "audio/ogg",
    voice: true,
    duration_ms: 30_000,
  } as const;
  server.say(messageOf(1, uuid(1), { type: "audio", text: null, media }));
  const { unmount } = await renderInbox(<ThreadPane conversationId={uuid(1)} messageId={null} />, { server });
  await userEvent.click(await screen.findByRole("button", { name: "Play" }));
  expect(playing()).toEqual(["/media/five"]);
  unmount();
  expect(playing()).toEqual([]);
});
