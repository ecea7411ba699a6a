/** What WhatsApp takes as what, checked before anything goes up; the server checks it again (docs/reference/media.md). */

export type SendKind = "image" | "video" | "audio" | "voice" | "document" | "sticker";

const MB = 1024 * 1024;

interface Limit {
  mostBytes: number;
  /** Empty: any. */
  types: readonly string[];
}

export const LIMITS: Record<SendKind, Limit> = {
  image: { mostBytes: 5 * MB, types: ["image/jpeg", "image/png"] },
  video: { mostBytes: 16 * MB, types: ["video/mp4", "video/3gpp"] },
  audio: { mostBytes: 16 * MB, types: ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"] },
  voice: {
    mostBytes: 16 * MB,
    types: ["audio/webm", "audio/ogg", "audio/mp4", "audio/mpeg", "audio/aac", "audio/wav"],
  },
  document: { mostBytes: 100 * MB, types: [] },
  sticker: { mostBytes: 500 * 1024, types: ["image/webp"] },
};

export const LONGEST_TEXT = 4096;
export const LONGEST_CAPTION = 1024;
/** How many files go at once: more is a mistake of the hand. */
export const MOST_FILES = 30;

const SAME: Record<string, string> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "audio/mp3": "audio/mpeg",
  "audio/x-m4a": "audio/mp4",
  "audio/m4a": "audio/mp4",
  "audio/x-aac": "audio/aac",
  "audio/opus": "audio/ogg",
  "application/ogg": "audio/ogg",
  "video/3gp": "video/3gpp",
};

const BY_ENDING: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  mp4: "video/mp4",
  "3gp": "video/3gpp",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  aac: "audio/aac",
  amr: "audio/amr",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  pdf: "application/pdf",
};

/** The type of a file: what the browser says, or where it says nothing, what the name ends in. */
export function plainType(type: string, name: string): string {
  const told = (type.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (told !== "") return SAME[told] ?? told;
  return BY_ENDING[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? "application/octet-stream";
}

/** As what a file of this type goes unless somebody says otherwise. A WebP is a picture people want to be seen: a document, not a sticker. */
export function naturalKind(type: string, size: number): SendKind {
  for (const kind of ["image", "video", "audio"] as const) {
    if (LIMITS[kind].types.includes(type) && size <= LIMITS[kind].mostBytes) return kind;
  }
  return "document";
}

export type Objection =
  | { reason: "empty" }
  | { reason: "too_large"; most: number }
  | { reason: "type"; takes: readonly string[] };

/** Why WhatsApp would not take it as `kind`; null where it would. */
export function objectionTo(kind: SendKind, type: string, size: number): Objection | null {
  const limit = LIMITS[kind];
  if (size === 0) return { reason: "empty" };
  if (limit.types.length > 0 && !limit.types.includes(type)) return { reason: "type", takes: limit.types };
  return size > limit.mostBytes ? { reason: "too_large", most: limit.mostBytes } : null;
}

/** Whether a kind carries words of its own. */
export function takesCaption(kind: SendKind): boolean {
  return kind === "image" || kind === "video" || kind === "document";
}
