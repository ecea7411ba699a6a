/** A colleague answered while this was being written: shows what they wrote, and asks. */

import { Button, Group } from "@mantine/core";
import { useReducer } from "react";
import type { Problem } from "@/shared/api/problem";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useStore, useTopic } from "@/shared/store/hooks";
import type { Pending } from "@/shared/store/outbox";
import type { InboxStore } from "@/shared/store/store";
import type { Message } from "@/shared/store/types";
import { Dialog } from "@/shared/ui/dialog";
import { uiMessages } from "@/shared/ui/messages";
import { textIn } from "@/shared/whatsapp/reading";
import { RichText } from "@/shared/whatsapp/rich-text";
import { threadMessages } from "../messages";
import { summaryOf } from "../model/summary";
import { useData } from "../thread-context";
import classes from "./answered-dialog.module.css";
import { composerMessages } from "./messages";

/** Refusals whose question was put off: what they refused waits in the thread. One more try is refused anew, and asks anew. */
const putOff = new WeakSet<Problem>();

interface AnsweredDialogProps {
  conversationId: string;
  /** Called with a message whose words go back into the field. */
  onEdit: (pending: Pending) => void;
}

export function AnsweredDialog({ conversationId, onEdit }: AnsweredDialogProps) {
  const t = useMessages(composerMessages);
  const ui = useMessages(uiMessages);
  const format = useFormat();
  const store = useStore();
  const { nameOf } = useData();
  const [, lookAgain] = useReducer((times: number) => times + 1, 0);
  const pending = useTopic("outbox", (one) => stopped(one, conversationId));
  if (!pending) return null;
  const members = pending.problem?.members ?? {};
  const messageId = textIn(members["message_id"]);
  const theirs = messageId === null ? undefined : store.state.threads.messages.get(messageId);
  const sender = textIn(members["sender"]) ?? theirs?.sender ?? null;
  const at = textIn(members["created_at"]) ?? theirs?.created_at ?? pending.created_at;
  const isText = pending.type === "text";
  const close = () => {
    if (isText) onEdit(pending);
    else if (pending.problem) {
      // The field cannot take back a file, a template or buttons: they stay where they are, to be sent or discarded.
      putOff.add(pending.problem);
      lookAgain();
    }
  };
  return (
    <Dialog
      opened
      onClose={close}
      title={t.answeredTitle(nameOf(sender), format.relative(at))}
      closeButtonProps={{ "aria-label": ui.close }}
    >
      <p className={classes["hint"]}>{t.answeredText}</p>
      <Both theirs={theirs} pending={pending} />
      <Group justify="flex-end" mt="lg">
        <Button
          variant="default"
          onClick={() => store.outbox.retry(pending.client_id, { seen_message_id: messageId ?? undefined })}
        >
          {t.answeredSend}
        </Button>
        <Button data-autofocus onClick={close}>
          {isText ? t.answeredEdit : t.answeredLeave}
        </Button>
      </Group>
    </Dialog>
  );
}

function Both({ theirs, pending }: { theirs: Message | undefined; pending: Pending }) {
  const t = useMessages(composerMessages);
  const words = useMessages(threadMessages);
  const summary = theirs && summaryOf(theirs);
  return (
    <>
      {theirs && summary && (
        <figure className={classes["figure"]}>
          <figcaption>{t.answeredTheirs}</figcaption>
          <div className={classes["theirs"]}>
            <RichText text={theirs.text ?? summary.words ?? words.type[summary.type]} />
          </div>
        </figure>
      )}
      <figure className={classes["figure"]}>
        <figcaption>{t.answeredYours}</figcaption>
        <div className={classes["yours"]}>
          <RichText text={pending.text ?? words.type.other} />
        </div>
      </figure>
    </>
  );
}

function stopped(store: InboxStore, conversationId: string): Pending | undefined {
  for (const pending of store.outbox.all()) {
    const { problem } = pending;
    const isHere = pending.conversation_id === conversationId && pending.state === "refused";
    if (isHere && problem?.code === "answered_meanwhile" && !putOff.has(problem)) return pending;
  }
  return undefined;
}
