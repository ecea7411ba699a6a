/** The latest notes of colleagues, so that one need not look for them between the messages. */

import { useMessages } from "@/shared/i18n/language";
import { useNotes } from "@/shared/store/hooks";
import { Time } from "@/shared/ui/time";
import { useAuthor } from "../list/author";
import classes from "./contact-pane.module.css";
import { contactMessages } from "./messages";

const MOST = 3;

export function Notes({ conversationId }: { conversationId: string }) {
  const t = useMessages(contactMessages);
  const authorOf = useAuthor();
  const notes = useNotes(conversationId);
  if (notes.length === 0) return null;
  return (
    <section className={classes["section"]}>
      <h3 className={classes["heading"]}>{t.notes}</h3>
      {notes.slice(-MOST).map((note) => (
        <article className={classes["note"]} key={note.id}>
          {note.body}
          <footer>
            {authorOf(note.author)} · <Time at={note.created_at} as="relative" />
          </footer>
        </article>
      ))}
    </section>
  );
}
