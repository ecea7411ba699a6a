/** How a file introduces itself: an icon, and the kind in a word that people know it by. Pure. */

export type FileIcon =
  | "pdf"
  | "text"
  | "sheet"
  | "slides"
  | "archive"
  | "image"
  | "video"
  | "audio"
  | "other";

const BY_ENDING: Record<string, FileIcon> = {
  pdf: "pdf",
  doc: "text",
  docx: "text",
  odt: "text",
  rtf: "text",
  txt: "text",
  md: "text",
  xls: "sheet",
  xlsx: "sheet",
  ods: "sheet",
  csv: "sheet",
  ppt: "slides",
  pptx: "slides",
  odp: "slides",
  zip: "archive",
  rar: "archive",
  "7z": "archive",
  gz: "archive",
};

export function fileFace(mime: string | null, filename: string | null): { icon: FileIcon; kind: string } {
  const ending = endingOf(filename);
  const sub = mime?.split("/")[1] ?? "";
  const kind = (ending ?? (/^[a-z0-9]{2,5}$/.test(sub) ? sub : "")).toUpperCase();
  const known = BY_ENDING[ending ?? ""] ?? BY_ENDING[sub];
  if (known) return { icon: known, kind };
  const main = mime?.split("/")[0];
  if (main === "image" || main === "video" || main === "audio") return { icon: main, kind };
  return { icon: "other", kind };
}

function endingOf(filename: string | null): string | null {
  const match = /\.([a-z0-9]{1,5})$/i.exec(filename ?? "");
  return match?.[1]?.toLowerCase() ?? null;
}
