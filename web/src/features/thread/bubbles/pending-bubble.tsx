/** A message from here on its way to the server: as it will look, with how far it is, and what to do where it did not arrive. */

import { IconAlertCircle, IconFile, IconPencil, IconRefresh, IconTrash, IconX } from "@tabler/icons-react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import type { Pending } from "@/shared/store/outbox";
import { canUploadAgain } from "../composer/upload";
import { localPicture } from "../media/media-url";
import { threadMessages } from "../messages";
import { canBeEdited, canGoAsDocument, messageOfPending } from "../model/pending";
import { shapeOf } from "../model/shape";
import { useActions, useData } from "../thread-context";
import classes from "./bubble.module.css";
import { Content } from "./content";
import own from "./pending-bubble.module.css";
import { Quote } from "./quote";
import { TickMark } from "./tick";
import trouble from "./trouble.module.css";

interface PendingBubbleProps {
  pending: Pending;
  me: string | null;
  first: boolean;
  last: boolean;
}

export function PendingBubble({ pending, me, first, last }: PendingBubbleProps) {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const { isMe } = useData();
  const { discardPending } = useActions();
  const message = messageOfPending(pending, me);
  const shape = shapeOf(message);
  const stuck = pending.state === "failed" || pending.state === "refused";
  const isFile = shape.kind === "file";
  const isPicture = isFile && (shape.file === "image" || shape.file === "video");
  const room = (
    <span className={classes["room"]} aria-hidden="true">
      {format.time(pending.created_at)}____
    </span>
  );
  return (
    <div
      className={classes["row"]}
      data-direction="outbound"
      data-first={first || undefined}
      data-last={last || undefined}
    >
      <div className={classes["line"]}>
        <div
          className={classes["bubble"]}
          data-look={isPicture ? "tight" : "plain"}
          data-pending={!stuck || undefined}
        >
          {first && !isMe(message.sender) && <div className={classes["sender"]}>{t.you}</div>}
          {message.reply_to !== undefined && <Quote message={message} />}
          <div className={own["content"]}>
            <Content
              message={message}
              shape={shape}
              after={isFile ? null : room}
              local={localPicture(pending.client_id)}
            />
            {pending.progress !== null && (
              <Progress part={pending.progress} onCancel={() => discardPending(pending.client_id)} />
            )}
          </div>
          <div className={classes["meta"]} data-place={isFile ? "below" : "inline"}>
            <time dateTime={pending.created_at}>{format.time(pending.created_at)}</time>
            <TickMark tick={stuck ? "failed" : "queued"} />
          </div>
        </div>
      </div>
      {stuck && <Stuck pending={pending} />}
    </div>
  );
}

function Progress({ part, onCancel }: { part: number; onCancel: () => void }) {
  const t = useMessages(threadMessages);
  const percent = Math.round(part * 100);
  const around = 2 * Math.PI * 17;
  return (
    <button
      type="button"
      className={own["progress"]}
      onClick={onCancel}
      title={t.discard}
      aria-label={`${t.uploading(percent)}. ${t.discard}`}
    >
      <svg viewBox="0 0 40 40" width="44" height="44" aria-hidden="true">
        <circle cx="20" cy="20" r="17" className={own["track"]} />
        <circle
          cx="20"
          cy="20"
          r="17"
          className={own["done"]}
          strokeDasharray={`${around * part} ${around}`}
        />
      </svg>
      <IconX size={18} aria-hidden="true" />
    </button>
  );
}

function Stuck({ pending }: { pending: Pending }) {
  const t = useMessages(threadMessages);
  const refusal = useRefusal();
  const { canSend } = useData();
  const { retryPending, sendAsDocument, discardPending, editPending } = useActions();
  const hasFile = canUploadAgain(pending.client_id);
  const asDocument = hasFile && canGoAsDocument(pending);
  return (
    <div className={trouble["trouble"]} data-kind="failed" role="alert">
      <IconAlertCircle size={14} aria-hidden="true" />
      <span>{refusal(pending.problem) ?? t.notConfirmedHere}</span>
      <div className={own["deeds"]}>
        {asDocument && (
          <button type="button" onClick={() => sendAsDocument(pending.client_id)}>
            <IconFile size={13} aria-hidden="true" /> {t.sendAsDocument}
          </button>
        )}
        {!asDocument && (pending.body !== null || hasFile) && (
          <button type="button" onClick={() => retryPending(pending.client_id)}>
            <IconRefresh size={13} aria-hidden="true" /> {t.retry}
          </button>
        )}
        {canSend && canBeEdited(pending) && (
          <button type="button" onClick={() => editPending(pending)}>
            <IconPencil size={13} aria-hidden="true" /> {t.edit}
          </button>
        )}
        <button type="button" onClick={() => discardPending(pending.client_id)}>
          <IconTrash size={13} aria-hidden="true" /> {t.discard}
        </button>
      </div>
    </div>
  );
}
