/** Files on their way up: one after the other in each conversation, so that they arrive in the order they were chosen; each can be cancelled. */

import { authorize } from "@/shared/api/credentials";
import { NO_PROBLEM, Problem, problemOf, UNREACHABLE } from "@/shared/api/problem";
import type { Pending } from "@/shared/store/outbox";
import type { InboxStore } from "@/shared/store/store";
import type { Json } from "@/shared/store/types";
import { at, textIn } from "@/shared/whatsapp/reading";
import { forgetLocal, showLocal } from "../media/media-url";
import type { SendKind } from "../model/limits";
import type { FilePreview } from "../model/pending";

export interface FileToSend {
  file: Blob;
  kind: SendKind;
  caption: string;
  preview: FilePreview;
  reply_to: string | null;
  /** The last message that the agent had seen when they sent it. */
  seen: string | null;
}

interface Job extends FileToSend {
  tenantId: string;
  conversationId: string;
  abort: AbortController;
}

const jobs = new Map<string, Job>();
const queues = new Map<string, Promise<void>>();

/** Shows the file as a pending message, and sends it once it is up. */
export function sendFile(
  store: InboxStore,
  tenantId: string,
  conversationId: string,
  wanted: FileToSend,
): void {
  const { kind, caption, preview, reply_to } = wanted;
  const pending = store.outbox.hold({
    conversation_id: conversationId,
    type: typeOf(kind),
    text: caption || (kind === "document" ? preview.filename : null),
    preview: { ...preview, caption },
    reply_to,
  });
  if (kind === "image" || kind === "video") showLocal(pending.client_id, wanted.file);
  const job = { ...wanted, tenantId, conversationId, abort: new AbortController() };
  jobs.set(pending.client_id, job);
  store.topics.flush();
  const before = queues.get(conversationId) ?? Promise.resolve();
  queues.set(
    conversationId,
    before.then(() => run(store, pending, job)),
  );
}

export function canUploadAgain(clientId: string): boolean {
  return jobs.has(clientId);
}

/** Begins anew with a file whose upload failed; `kind` where it is to go as another. */
export function uploadAgain(store: InboxStore, clientId: string, kind?: SendKind): void {
  const job = jobs.get(clientId);
  if (!job) return;
  // It may have become part of another conversation since.
  const conversationId = store.outbox.get(clientId)?.conversation_id ?? job.conversationId;
  discardUpload(store, clientId);
  sendFile(store, job.tenantId, conversationId, kind === undefined ? job : { ...job, kind });
}

export function discardUpload(store: InboxStore, clientId: string): void {
  jobs.get(clientId)?.abort.abort();
  jobs.delete(clientId);
  forgetLocal(clientId);
  store.outbox.discard(clientId);
}

async function run(store: InboxStore, { client_id }: Pending, job: Job): Promise<void> {
  if (job.abort.signal.aborted) return;
  try {
    const media = await upload(job, (part) => store.outbox.progress(client_id, part));
    store.outbox.release(client_id, bodyOf(job, media.id));
    jobs.delete(client_id);
  } catch (error) {
    if (job.abort.signal.aborted) return;
    store.outbox.refuse(client_id, error instanceof Problem ? error : new Problem(0, { code: UNREACHABLE }));
  }
}

export function upload(
  job: Pick<Job, "tenantId" | "file" | "kind" | "preview" | "abort">,
  onProgress: (part: number) => void,
): Promise<{ id: string }> {
  const query = new URLSearchParams({ kind: job.kind, filename: job.preview.filename.slice(-240) });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not tell how far an upload is
    request.open("POST", `/api/tenants/${job.tenantId}/media?${query}`);
    const headers = new Headers({ "Content-Type": job.preview.mime_type || "application/octet-stream" });
    authorize(headers, "POST");
    headers.forEach((value, name) => {
      request.setRequestHeader(name, value);
    });
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => void answerOf(request).then(resolve, reject);
    request.onerror = () => reject(new Problem(0, { code: UNREACHABLE }));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    job.abort.signal.addEventListener("abort", () => request.abort());
    request.send(job.file);
  });
}

/** Throws a `Problem` for everything but the file's id: a page of a proxy's may come with 200 too. */
async function answerOf(request: XMLHttpRequest): Promise<{ id: string }> {
  const { status, responseText } = request;
  if (status < 200 || status >= 300) {
    const headers = { "content-type": request.getResponseHeader("content-type") ?? "" };
    throw await problemOf(new Response(responseText, { status, headers }));
  }
  const id = idIn(responseText);
  if (id === null) throw new Problem(0, { code: NO_PROBLEM, title: "The answer is no JSON" });
  return { id };
}

function idIn(answer: string): string | null {
  try {
    return textIn(at(JSON.parse(answer), "id"));
  } catch {
    return null;
  }
}

/** What is posted for an uploaded file, in the shape of `messages/send`. */
export function bodyOf(
  job: Pick<Job, "kind" | "caption" | "preview" | "conversationId" | "reply_to" | "seen">,
  id: string,
): Json {
  const type = typeOf(job.kind);
  const file: Json = { id };
  if (job.caption && (type === "image" || type === "video" || type === "document"))
    file["caption"] = job.caption;
  if (type === "document") file["filename"] = job.preview.filename.slice(-240);
  if (job.kind === "voice") file["voice"] = true;
  return {
    type,
    conversation_id: job.conversationId,
    [type]: file,
    ...(job.reply_to === null ? {} : { reply_to: job.reply_to }),
    ...(job.seen === null ? {} : { seen_message_id: job.seen }),
  };
}

function typeOf(kind: SendKind): Exclude<SendKind, "voice"> {
  return kind === "voice" ? "audio" : kind;
}
