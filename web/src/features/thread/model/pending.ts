/** A message that was asked for here and that the server has not confirmed, in the shape of one that it has. Pure. */

import { isProblem } from "@/shared/api/problem";
import type { Pending } from "@/shared/store/outbox";
import type { Message, MessageMedia } from "@/shared/store/types";
import { numberIn, objectIn, textIn } from "@/shared/whatsapp/reading";

/** What the bubble of a file needs before the server has it: `NewMessage.preview`. */
export interface FilePreview {
  filename: string;
  mime_type: string;
  size: number;
  width?: number;
  height?: number;
  duration_ms?: number;
  voice?: boolean;
  caption?: string;
}

export function messageOfPending(pending: Pending, me: string | null): Message {
  const preview = objectIn(pending.preview);
  const message: Message = {
    id: pending.client_id,
    conversation_id: pending.conversation_id,
    connection_id: "",
    direction: "outbound",
    status:
      pending.state === "posting" || pending.state === "taken" || pending.state === "held"
        ? "queued"
        : "failed",
    type: pending.type,
    text: pending.text,
    provider_message_id: null,
    created_at: pending.created_at,
    sender: me === null ? null : `user:${me}`,
    payload: (pending.body ?? { [pending.type]: { caption: textIn(preview?.["caption"]) } }) as Record<
      string,
      unknown
    >,
  };
  if (pending.reply_to !== null) message.reply_to = pending.reply_to;
  const media = mediaOf(preview);
  if (media !== null) message.media = media;
  return message;
}

/** What a message answers. One that is not loaded here is answered all the same: its name is what is sent. */
export function quoteOfPending(
  pending: Pending,
  me: string | null,
  quoted: (message: Message) => Message | null,
): Message | null {
  if (pending.reply_to === null) return null;
  const asking = messageOfPending(pending, me);
  const { payload: _, ...bare } = asking;
  const unseen = { ...bare, direction: "inbound", type: "other", text: null } as const;
  return quoted(asking) ?? { ...unseen, provider_message_id: pending.reply_to };
}

/** Whether its words can go back into the field: the server has said no, so that they cannot go out twice. */
export function canBeEdited({ state, type }: Pending): boolean {
  return state === "refused" && type === "text";
}

/** Whether the server refused its file as what it was to go as: asked again it says the same, and a document may be anything. */
export function canGoAsDocument({ state, type, problem }: Pending): boolean {
  const isUnfit = isProblem(problem, "invalid_request") && problem.field === "file";
  return state === "refused" && type !== "document" && isUnfit;
}

function mediaOf(preview: ReturnType<typeof objectIn>): MessageMedia | null {
  const filename = textIn(preview?.["filename"]);
  const mime = textIn(preview?.["mime_type"]);
  if (preview === null || filename === null || mime === null) return null;
  const media: MessageMedia = {
    state: "pending",
    filename,
    mime_type: mime,
    voice: preview["voice"] === true,
  };
  for (const member of ["size", "width", "height", "duration_ms"] as const) {
    const value = numberIn(preview[member]);
    if (value !== null) media[member] = value;
  }
  return media;
}
