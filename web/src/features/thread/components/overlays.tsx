/** What opens over a thread: a picture, what is known of a message, what it said before, to whom it goes on, the questions before it is sent twice or a note is deleted. */

import { Suspense } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useStore } from "@/shared/store/hooks";
import type { Annotation, Message } from "@/shared/store/types";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { part } from "@/shared/ui/part";
import { deleteNote, sendAgain } from "../api/messages";
import { threadMessages } from "../messages";

const Lightbox = part(async () => (await import("../media/lightbox")).Lightbox, "over");
const MessageInfo = part(async () => (await import("./message-info")).MessageInfo, "over");
const Forward = part(async () => (await import("./forward")).Forward, "over");
const Revisions = part(async () => (await import("./revisions")).Revisions, "over");

export interface Over {
  kind: "media" | "info" | "revisions" | "send-again" | "delete-note" | "forward";
  /** The message or the note it is about. */
  id: string;
}

interface OverlaysProps {
  over: Over | null;
  onChange: (over: Over | null) => void;
  pictures: readonly Message[];
  onJump: (messageId: string) => void;
  onReply: (message: Message) => void;
}

export function Overlays({ over, onChange, pictures, onJump, onReply }: OverlaysProps) {
  const store = useStore();
  const close = () => onChange(null);
  const note = over?.kind === "delete-note" ? store.state.threads.annotations.get(over.id) : undefined;
  if (note !== undefined) return <DeleteNote note={note} onClose={close} />;
  const message = over === null ? undefined : store.state.threads.messages.get(over.id);
  if (over === null || message === undefined) return null;
  if (over.kind === "send-again") return <SendAgain message={message} onClose={close} />;
  return (
    <Suspense fallback={null}>
      {over.kind === "media" && (
        <Lightbox
          pictures={pictures}
          shown={over.id}
          onShow={(id) => onChange({ kind: "media", id })}
          onClose={close}
          onShowInThread={({ id }) => {
            close();
            onJump(id);
          }}
          onReply={(one) => {
            close();
            onReply(one);
          }}
        />
      )}
      {over.kind === "info" && <MessageInfo message={message} onClose={close} />}
      {over.kind === "forward" && <Forward message={message} onClose={close} />}
      {over.kind === "revisions" && <Revisions message={message} onClose={close} />}
    </Suspense>
  );
}

function SendAgain({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useMessages(threadMessages);
  const { tenant_id: tenantId } = useTenant();
  return (
    <ConfirmDialog
      opened
      danger
      onClose={onClose}
      title={t.sendAgainTitle}
      confirm={t.sendAgainConfirm}
      onConfirm={() => sendAgain(tenantId, message)}
    >
      {t.sendAgainText}
    </ConfirmDialog>
  );
}

function DeleteNote({ note, onClose }: { note: Annotation; onClose: () => void }) {
  const t = useMessages(threadMessages);
  const store = useStore();
  const { tenant_id: tenantId } = useTenant();
  const act = async () => {
    const gone = await deleteNote(tenantId, note);
    store.putAnnotation(gone ?? { ...note, deleted_at: new Date().toISOString() });
  };
  return (
    <ConfirmDialog
      opened
      danger
      onClose={onClose}
      title={t.deleteNoteTitle}
      confirm={t.deleteNote}
      onConfirm={act}
    >
      {t.deleteNoteText}
    </ConfirmDialog>
  );
}
