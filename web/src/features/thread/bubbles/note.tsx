/** An internal note: yellow, with a bar on the left, so that it is never taken for something that was sent. */

import { IconLock, IconTrash } from "@tabler/icons-react";
import { Fragment, type ReactNode } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import type { Annotation } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import { RichText } from "@/shared/whatsapp/rich-text";
import { threadMessages } from "../messages";
import type { Mark } from "../model/lines";
import { mentionsIn } from "../model/mentions";
import { useActions, useData } from "../thread-context";
import classes from "./note.module.css";

export function NoteLine({ annotation, marked }: { annotation: Annotation; marked?: Mark | undefined }) {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const { nameOf, isMe } = useData();
  const { deleteNote } = useActions();
  const name = nameOf(annotation.author);
  const mine = isMe(annotation.author);
  const gone = Boolean(annotation.deleted_at);
  return (
    <div className={classes["row"]}>
      <div
        className={classes["note"]}
        data-gone={gone || undefined}
        data-marked={marked}
        role="note"
        aria-label={t.noteBy(mine ? t.you : name)}
      >
        <div className={classes["head"]}>
          <Avatar name={name} seed={annotation.author ?? name} size={20} />
          <strong>{mine ? t.you : name}</strong>
          <span className={classes["kind"]}>
            <IconLock size={12} aria-hidden="true" /> {gone ? t.noteDeleted : t.note}
          </span>
          <time dateTime={annotation.created_at} title={format.full(annotation.created_at)}>
            {format.time(annotation.created_at)}
          </time>
          {mine && !gone && (
            <button
              type="button"
              className={classes["delete"]}
              onClick={() => deleteNote(annotation)}
              aria-label={t.deleteNote}
              title={t.deleteNote}
            >
              <IconTrash size={14} />
            </button>
          )}
        </div>
        {!gone && annotation.body && <NoteBody annotation={annotation} body={annotation.body} />}
      </div>
    </div>
  );
}

function NoteBody({ annotation, body }: { annotation: Annotation; body: string }) {
  const { nameOf, isMe } = useData();
  const people = (annotation.mentions ?? []).map((id) => ({ id, name: nameOf(`user:${id}`) }));
  const parts = mentionsIn(body, people);
  if (parts.length === 1 && parts[0]?.id === null) return <RichText text={body} />;
  return (
    <p className={classes["body"]} dir="auto">
      {parts.map(
        ({ text, id }, index): ReactNode => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text never move
          <Fragment key={index}>
            {id === null ? text : <mark data-me={isMe(`user:${id}`) || undefined}>{text}</mark>}
          </Fragment>
        ),
      )}
    </p>
  );
}
