/** The browser's own way to upload, as far as an upload needs it: answers at once with what is said here. */

import { vi } from "vitest";

export function answering(status: number, responseText: string, type = "application/json"): void {
  class Request {
    status = status;
    responseText = responseText;
    upload = {};
    onload = () => {};
    open() {}
    setRequestHeader() {}
    getResponseHeader = () => type;
    abort() {}
    send() {
      setTimeout(() => this.onload());
    }
  }
  vi.stubGlobal("XMLHttpRequest", Request);
}

/** The server's answer to a video that WhatsApp takes and does not show. */
export function refusingVideo(): void {
  const detail = "The video is coded as HEVC: WhatsApp shows H.264 with AAC alone.";
  const fix = "Send it as a document, or convert it first.";
  const members = { code: "invalid_request", field: "file", detail, fix };
  const told = { ...members, words: { en: detail }, ways_out: { en: fix } };
  answering(422, JSON.stringify(told), "application/problem+json");
}
