/** A colleague answered while this was being written: shows what they wrote, and asks. */

import { Button, Group, Modal } from "@mantine/core";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useStore, useTopic } from "@/shared/store/hooks";
import type { Pending } from "@/shared/store/outbox";
import type { InboxStore } from "@/shared/store/store";
import { uiMessages } from "@/shared/ui/messages";
import { textIn } from "@/shared/whatsapp/reading";
import { RichText } from "@/shared/whatsapp/rich-text";
import { threadMessages } from "../messages";
import { summaryOf } from "../model/summary";
import { useData } from "../thread-context";
import classes from "./answered-dialog.module.css";
import { composerMessages } from "./messages";

/** Called with the words of a message that goes back into the field. */
export function AnsweredDialog({
  conversationId,
  onEdit,
}: {
  conversationId: string;
  onEdit: (text: string) => void;
}) {
  const t = useMessages(composerMessages);
  const words = useMessages(threadMessages);
  const ui = useMessages(uiMessages);
  const format = useFormat();
  const store = useStore();
  const { nameOf } = useData();
  const pending = useTopic("outbox", (one) => stopped(one, conversationId));
  if (!pending) return null;
  const members = pending.problem?.members ?? {};
  const messageId = textIn(members["message_id"]);
  const theirs = messageId === null ? undefined : store.state.threads.messages.get(messageId);
  const sender = textIn(members["sender"]) ?? theirs?.sender ?? null;
  const at = textIn(members["created_at"]) ?? theirs?.created_at ?? pending.created_at;
  const back = () => {
    store.outbox.discard(pending.client_id);
    if (pending.type === "text") onEdit(pending.text ?? "");
  };
  const summary = theirs && summaryOf(theirs);
  return (
    <Modal
      opened
      onClose={back}
      title={t.answeredTitle(nameOf(sender), format.relative(at))}
      closeButtonProps={{ "aria-label": ui.close }}
    >
      <p className={classes["hint"]}>{t.answeredText}</p>
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
      <Group justify="flex-end" mt="lg">
        <Button
          variant="default"
          onClick={() => store.outbox.retry(pending.client_id, { seen_message_id: messageId ?? undefined })}
        >
          {t.answeredSend}
        </Button>
        <Button data-autofocus onClick={back}>
          {t.answeredEdit}
        </Button>
      </Group>
    </Modal>
  );
}

function stopped(store: InboxStore, conversationId: string): Pending | undefined {
  for (const pending of store.outbox.all()) {
    const isHere = pending.conversation_id === conversationId && pending.state === "refused";
    if (isHere && pending.problem?.code === "answered_meanwhile") return pending;
  }
  return undefined;
}
