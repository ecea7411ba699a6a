/** A file with its name, kind and size; it is downloaded, never opened in the page. */

import {
  IconDownload,
  IconFile,
  IconFileSpreadsheet,
  IconFileText,
  IconFileTypePdf,
  IconFileZip,
  IconMusic,
  IconPhoto,
  IconPresentation,
  IconVideo,
} from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { useMediaUrl } from "../media/media-url";
import { threadMessages } from "../messages";
import { fileFace } from "../model/files";
import classes from "./document.module.css";
import { FetchAgain } from "./picture";

const ICONS = {
  pdf: IconFileTypePdf,
  text: IconFileText,
  sheet: IconFileSpreadsheet,
  slides: IconPresentation,
  archive: IconFileZip,
  image: IconPhoto,
  video: IconVideo,
  audio: IconMusic,
  other: IconFile,
};

interface DocumentFileProps {
  message: Message;
  filename: string | null;
  mime: string | null;
  /** An address outside, where the file was sent by a link. */
  link: string | null;
}

export function DocumentFile({ message, filename, mime, link }: DocumentFileProps) {
  const t = useMessages(threadMessages);
  const { media } = message;
  const url = useMediaUrl(media?.state === "stored" ? media.url : null);
  const face = fileFace(mime, filename);
  const Icon = ICONS[face.icon];
  if (media?.state === "failed") {
    return (
      <div className={classes["document"]} data-failed>
        <FetchAgain message={message} error={media.error} />
      </div>
    );
  }
  const name = filename ?? (link ? t.linkedFile : t.type.document);
  const inside = (
    <>
      <span className={classes["icon"]} data-icon={face.icon}>
        <Icon size={22} stroke={1.6} aria-hidden="true" />
      </span>
      <span className={classes["words"]}>
        <span className={classes["name"]}>{name}</span>
        <FileFacts kind={face.kind} size={media?.size} pending={media?.state === "pending"} />
      </span>
      {url && <IconDownload size={18} className={classes["get"] ?? ""} role="img" aria-label={t.download} />}
    </>
  );
  return url ? (
    <a className={classes["document"]} href={url} download={filename ?? true}>
      {inside}
    </a>
  ) : (
    <div className={classes["document"]}>{inside}</div>
  );
}

export function FileFacts({
  kind,
  size,
  pending,
}: {
  kind: string;
  size: number | undefined;
  pending?: boolean;
}) {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const facts = [kind, size === undefined ? "" : format.bytes(size), pending ? t.mediaPending : ""].filter(
    Boolean,
  );
  return <span className={classes["facts"]}>{facts.join(" · ")}</span>;
}
