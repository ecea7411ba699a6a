/** The files that are about to be sent, each with its caption, and as what it goes. */

import { IconTrash } from "@tabler/icons-react";
import type { KeyboardEvent } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { FileFacts } from "../bubbles/document";
import { Voice } from "../bubbles/voice";
import { fileFace } from "../model/files";
import { LONGEST_CAPTION, type Objection, type SendKind, takesCaption } from "../model/limits";
import classes from "./attachment-tray.module.css";
import { composerMessages } from "./messages";
import type { Attachment, Attachments } from "./use-attachments";

interface AttachmentTrayProps {
  attachments: Attachments;
  /** Escape in it goes back to the field, and leaves the files alone. */
  onLeave: () => void;
  /** One was taken out, and its button with it. */
  onRemoved: () => void;
}

export function AttachmentTray({ attachments, onLeave, onRemoved }: AttachmentTrayProps) {
  if (attachments.list.length === 0) return null;
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onLeave();
  };
  return (
    <ul className={classes["tray"]} onKeyDown={leave}>
      {attachments.list.map((one) => (
        <FileRow key={one.id} one={one} attachments={attachments} onRemoved={onRemoved} />
      ))}
    </ul>
  );
}

type FileRowProps = { one: Attachment } & Pick<AttachmentTrayProps, "attachments" | "onRemoved">;

function FileRow({ one, attachments, onRemoved }: FileRowProps) {
  const t = useMessages(composerMessages);
  const objection = useObjection(one.objection);
  const face = fileFace(one.type, one.file.name);
  return (
    <li className={classes["file"]} data-refused={one.objection !== null || undefined}>
      {one.url && one.type.startsWith("image/") ? (
        <img className={classes["picture"]} src={one.url} alt="" />
      ) : one.url && one.kind !== "voice" ? (
        // biome-ignore lint/a11y/useMediaCaption: a still of what was chosen
        <video className={classes["picture"]} src={`${one.url}#t=0.1`} preload="metadata" />
      ) : (
        <span className={classes["face"]}>{face.kind || "?"}</span>
      )}
      <div className={classes["middle"]}>
        <div className={classes["head"]}>
          <strong>{one.kind === "voice" ? t.kind.voice : one.file.name}</strong>
          <FileFacts kind={face.kind} size={one.file.size} />
        </div>
        {objection !== null ? (
          <span className={classes["objection"]} role="alert">
            {objection}
          </span>
        ) : one.kind === "voice" ? (
          <Voice
            of={null}
            url={one.url}
            type={null}
            voice
            name={null}
            durationMs={one.duration_ms}
            peaks={one.peaks}
          />
        ) : (
          takesCaption(one.kind) && (
            <input
              className={classes["caption"]}
              value={one.caption}
              maxLength={LONGEST_CAPTION}
              placeholder={t.caption}
              aria-label={`${t.caption}: ${one.file.name}`}
              onChange={(event) => attachments.change(one.id, { caption: event.currentTarget.value })}
            />
          )
        )}
      </div>
      {one.kinds.length > 1 && (
        <select
          className={classes["kind"]}
          value={one.kind}
          aria-label={`${t.sendAs}: ${one.file.name}`}
          onChange={(event) => attachments.change(one.id, { kind: event.currentTarget.value as SendKind })}
        >
          {one.kinds.map((kind) => (
            <option key={kind} value={kind}>
              {t.kind[kind]}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        className={classes["remove"]}
        aria-label={t.removeFile(one.file.name)}
        title={t.removeFile(one.file.name)}
        onClick={() => {
          attachments.remove(one.id);
          onRemoved();
        }}
      >
        <IconTrash size={18} />
      </button>
    </li>
  );
}

function useObjection(objection: Objection | null): string | null {
  const t = useMessages(composerMessages);
  const format = useFormat();
  switch (objection?.reason) {
    case "empty":
      return t.fileEmpty;
    case "too_large":
      return t.fileTooLarge(format.bytes(objection.most));
    case "type":
      return t.fileType(objection.takes.map((type) => (type.split("/")[1] ?? type).toUpperCase()).join(", "));
    default:
      return null;
  }
}
