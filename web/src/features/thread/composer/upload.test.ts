import { expect, test, vi } from "vitest";
import { upload } from "./upload";

/** The browser's own, as far as an upload needs it: answers at once with what is said here. */
function answering(status: number, responseText: string, type = "application/json") {
  class Request {
    status = status;
    responseText = responseText;
    upload = {};
    onload = () => {};
    open() {}
    setRequestHeader() {}
    getResponseHeader = () => type;
    send() {
      setTimeout(() => this.onload());
    }
  }
  vi.stubGlobal("XMLHttpRequest", Request);
}

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
