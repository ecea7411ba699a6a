import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { conversationOf, TestServer, uuid } from "@/shared/store/testing";
import { renderInbox, TENANT } from "@/testing/inbox";
import { answering, refusingVideo } from "@/testing/uploading";
import { sendFile } from "../composer/upload";
import { ThreadPane } from "../thread-pane";

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
});

async function sentInVain() {
  const server = new TestServer();
  server.put(conversationOf(1, { window_closes_at: "2999-01-01T00:00:00Z" }));
  const pane = <ThreadPane conversationId={uuid(1)} messageId={null} />;
  const { store } = await renderInbox(pane, { server });
  const file = new File(["film"], "film.mp4", { type: "video/mp4" });
  const preview = { filename: file.name, mime_type: file.type, size: file.size };
  const seen = { reply_to: null, seen: null };
  act(() => sendFile(store, TENANT, uuid(1), { file, kind: "video", caption: "Look", preview, ...seen }));
  return server;
}

test("a file that the server does not take as what it was to go as goes as a document", async () => {
  refusingVideo();
  const server = await sentInVain();
  const sent = vi.spyOn(server, "send");
  const asDocument = await screen.findByRole("button", { name: "Send as document" });
  screen.getByText(/coded as HEVC/);
  expect(screen.queryByRole("button", { name: "Retry" })).toBeNull();
  answering(201, '{"id": "9"}');
  await userEvent.click(asDocument);
  await waitFor(() => expect(server.sent.size).toBe(1));
  const document = { id: "9", caption: "Look", filename: "film.mp4" };
  expect(sent.mock.lastCall?.[0]).toMatchObject({ type: "document", document });
});

test("one whose upload failed for another reason is tried again as it is", async () => {
  answering(503, "");
  await sentInVain();
  await screen.findByRole("button", { name: "Retry" });
  expect(screen.queryByRole("button", { name: "Send as document" })).toBeNull();
});
