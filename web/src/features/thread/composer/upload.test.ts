import { expect, test, vi } from "vitest";
import { InboxStore } from "@/shared/store/store";
import { keptOutbox, ME, TestServer, uuid } from "@/shared/store/testing";
import { answering } from "@/testing/uploading";
import { type FileToSend, sendFile, upload, uploadAgain } from "./upload";

const job = {
  tenantId: "t",
  file: new Blob(["x"]),
  kind: "document",
  preview: { filename: "a.pdf", mime_type: "application/pdf" },
  abort: new AbortController(),
} as unknown as Parameters<typeof upload>[0];

test("a file that is up has its id", async () => {
  answering(201, '{"id": "9"}');
  expect(await upload(job, () => {})).toEqual({ id: "9" });
});

test.each(["<html>Welcome</html>", "", '"9"', "null"])(
  "an answer that is none of the server's fails, and holds up no later file: %s",
  async (text) => {
    answering(200, text, "text/html");
    await expect(upload(job, () => {})).rejects.toMatchObject({ code: "unreadable_answer" });
  },
);

test("a refusal says why", async () => {
  answering(413, '{"code": "too_large", "title": "Too large"}', "application/problem+json");
  await expect(upload(job, () => {})).rejects.toMatchObject({ code: "too_large", status: 413 });
});

test("a file that goes up once more goes to the conversation that its own has become part of", async () => {
  const server = new TestServer();
  const store = new InboxStore({ backend: server, me: ME, owner: "t/u", outbox: keptOutbox() });
  answering(503, "");
  const { file, kind, preview } = job;
  sendFile(store, "t", uuid(1), {
    ...{ file, kind, preview },
    caption: "",
    reply_to: null,
    seen: null,
  } as FileToSend);
  await vi.waitFor(() => expect(store.outbox.stuck()).toHaveLength(1));
  store.state.conversations.remove(uuid(1), uuid(2));
  answering(201, '{"id": "9"}');

  uploadAgain(store, store.outbox.stuck()[0]?.client_id ?? "");

  expect([store.outbox.keysOf(uuid(1)).length, store.outbox.keysOf(uuid(2)).length]).toEqual([0, 1]);
  await vi.waitFor(() => expect(server.sent.size).toBe(1));
  expect([...server.sent.values()]).toMatchObject([{ conversation_id: uuid(2) }]);
  store.stop();
});
