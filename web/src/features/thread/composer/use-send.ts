/** Sending what was written, chosen, recorded or filled in: each becomes a pending line at once. */

import { notifications } from "@mantine/notifications";
import { useCallback, useState } from "react";
import { inOneLine, problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory, useStore } from "@/shared/store/hooks";
import type { Conversation, Json, Message } from "@/shared/store/types";
import { linksIn } from "@/shared/whatsapp/links";
import { LONGEST_CAPTION, LONGEST_TEXT, takesCaption } from "../model/limits";
import { mentionedIn } from "../model/mentions";
import { composerMessages } from "./messages";
import type { Mode } from "./mode";
import { saveNote } from "./save-note";
import { sendFile } from "./upload";
import type { Attachment, Attachments } from "./use-attachments";
import { recordingName } from "./use-recorder";
import { useSeen } from "./use-seen";

interface Sending {
  conversation: Conversation;
  quote: Message | null;
  latest: Message | null;
  atEnd: boolean;
  attachments: Attachments;
  isWriting: boolean;
  onCleared: (mode: Mode) => void;
  /** What could not be saved goes back, before what was written since. */
  onRestored: (mode: Mode, text: string) => void;
  /** @param mode whether the person gets it, or colleagues read it. */
  onSent: (mode: Mode) => void;
}

export function useSend(given: Sending) {
  const { conversation, quote, latest, atEnd, attachments, isWriting, onCleared, onRestored, onSent } = given;
  const t = useMessages(composerMessages);
  const problems = useMessages(problemMessages);
  const store = useStore();
  const { tenant_id: tenantId } = useTenant();
  const people = useDirectory("people");
  const { id } = conversation;
  const isHere = useCallback(
    (messageId: string) => store.state.threads.messages.get(messageId)?.conversation_id === id,
    [store, id],
  );
  const seen = useSeen(latest, isWriting, atEnd, isHere);
  const [busy, setBusy] = useState(false);
  const replyTo = quote?.provider_message_id ?? null;

  /** What every message carries: where it goes, what it answers, what had been seen. */
  const about = (): Json => ({
    conversation_id: id,
    ...(replyTo === null ? {} : { reply_to: replyTo }),
    ...(seen() !== null ? { seen_message_id: seen() } : {}),
  });
  const post = (type: string, content: Json, text: string | null) => {
    store.send({
      conversation_id: id,
      type,
      text,
      reply_to: replyTo,
      body: { type, ...content, ...about() },
    });
    onSent("reply");
  };
  const file = (one: Attachment, caption: string, first: boolean) => {
    const preview = { filename: one.file.name, mime_type: one.type, size: one.file.size };
    const { width, height, duration_ms } = one;
    sendFile(store, tenantId, id, {
      file: one.file,
      kind: one.kind,
      caption: caption.trim(),
      preview: {
        ...preview,
        ...(width === undefined ? {} : { width }),
        ...(height === undefined ? {} : { height }),
        ...(duration_ms === undefined ? {} : { duration_ms }),
        ...(one.kind === "voice" ? { voice: true } : {}),
      },
      reply_to: first ? replyTo : null,
      seen: seen(),
    });
  };

  return {
    busy,
    reply: (text: string) => {
      const words = text.trim();
      const files = attachments.list;
      if (words.length > LONGEST_TEXT || files.some((one) => one.objection !== null)) return;
      // One file alone takes what is in the field as its caption.
      const [only] = files.length === 1 ? files : [];
      const captioned =
        only !== undefined &&
        only.caption === "" &&
        takesCaption(only.kind) &&
        words.length <= LONGEST_CAPTION;
      for (const [index, one] of attachments.take().entries()) {
        file(one, captioned ? words : one.caption, index === 0);
      }
      if (words !== "" && !captioned) {
        post("text", { text: words, preview_url: linksIn(words).length > 0 }, words);
      } else if (files.length > 0) onSent("reply");
      if (words !== "") onCleared("reply");
    },
    note: async (text: string) => {
      const body = text.trim();
      if (body === "" || busy) return;
      const mentions = mentionedIn(
        body,
        [...people.values()].map((one) => ({ id: one.user_id, name: one.name })),
      );
      setBusy(true);
      // At once, as with a reply: what is written from here on is the next one.
      onCleared("note");
      store.presence.rest();
      try {
        store.putAnnotation(await saveNote(store, { tenantId, conversationId: id }, { body, mentions }));
        onSent("note");
      } catch (error) {
        onRestored("note", text);
        const words = problemWords(error, problems);
        notifications.show({ color: "red", title: t.noteFailed, message: inOneLine(words) });
      } finally {
        setBusy(false);
      }
    },
    voice: (blob: Blob, durationMs: number) => {
      const filename = recordingName(blob.type);
      sendFile(store, tenantId, id, {
        file: blob,
        kind: "voice",
        caption: "",
        preview: { filename, mime_type: blob.type, size: blob.size, duration_ms: durationMs, voice: true },
        reply_to: replyTo,
        seen: seen(),
      });
      onSent("reply");
    },
    template: (template: Json, words: string) => post("template", { template }, words),
    interactive: (interactive: Json, words: string) => post("interactive", { interactive }, words),
  };
}
