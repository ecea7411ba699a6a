/** What of a message goes on to somebody else. Pure. */

import type { Message } from "@/shared/store/types";
import { shapeOf } from "./shape";

export interface Forwarded {
  /** The words, or the caption of the file. */
  text: string;
  file: { url: string; name: string; type: string } | null;
}

/** Return null where there is nothing to forward: it was taken back, its file is not here, or it is not words or a file. */
export function forwardedOf(message: Message): Forwarded | null {
  if (message.revoked_at !== undefined) return null;
  const shape = shapeOf(message);
  if (shape.kind === "text") return { text: shape.body, file: null };
  const { media } = message;
  if (shape.kind !== "file" || media?.state !== "stored" || !media.url) return null;
  const type = media.mime_type ?? "application/octet-stream";
  const name = media.filename ?? `${shape.file}.${type.split("/")[1]?.split(";")[0] ?? "bin"}`;
  return { text: shape.caption ?? "", file: { url: media.url, name, type } };
}
