/** Writing to somebody first: whom, from which number, and with which template, as free text needs an open window. */

import { Alert, Loader } from "@mantine/core";
import { type ComponentType, Suspense, useRef, useState } from "react";
import { call } from "@/shared/api/client";
import { problemMessages, problemWords } from "@/shared/api/problem-words";
import type { Template } from "@/shared/api/templates";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { newId } from "@/shared/store/ids";
import type { ContactSummary, Json } from "@/shared/store/types";
import { Dialog } from "@/shared/ui/dialog";
import { useClosing } from "@/shared/ui/leave-question";
import { uiMessages } from "@/shared/ui/messages";
import { type Fill, type Filling, useFillings } from "@/shared/whatsapp/use-fillings";
import { Beginning, type Draft } from "./beginning";
import { startingMessages } from "./messages";

/** Fills in a template: that of the composer, which another feature draws. */
export type TemplateForm = ComponentType<{
  contact: Pick<ContactSummary, "name" | "marketing"> | null;
  template: Template;
  busy: boolean;
  filling: Filling;
  onFill: Fill;
  onBack: () => void;
  onSend: (template: Json) => void;
}>;

interface NewConversationProps {
  onClose: () => void;
  onOpen: (conversationId: string) => void;
  templateForm: TemplateForm;
}

export function NewConversation({ onClose, onOpen, templateForm: Form }: NewConversationProps) {
  const t = useMessages(startingMessages);
  const words = useMessages(uiMessages);
  const problems = useMessages(problemMessages);
  const [draft, setDraft] = useState<Draft>({ phone: "", contact: null, connectionId: null, template: null });
  const [isFilling, setIsFilling] = useState(false);
  const { template } = draft;
  // What was written to one person is not put before another.
  const { filling, fill, isBegun } = useFillings(template && `${draft.phone.trim()} ${template.id}`);
  const { close, asking, question } = useClosing(isBegun, onClose);
  const go = (conversationId: string) => {
    onOpen(conversationId);
    onClose();
  };
  const { send, busy, failure, forget } = useFirstMessage(draft, go);
  const told = failure === null ? null : problemWords(failure, problems);
  return (
    <Dialog
      opened
      onClose={close}
      title={isFilling ? t.titleTo(draft.contact?.name ?? draft.phone) : t.title}
      size={isFilling ? 860 : "md"}
      closeButtonProps={{ "aria-label": words.close, disabled: busy }}
      closeOnEscape={!busy && !asking} // a refusal would reach nobody, and a success lead away
      closeOnClickOutside={false}
    >
      {told && (
        <Alert color="red" title={told.title} mb="md">
          {told.detail}
        </Alert>
      )}
      {isFilling && template ? (
        <Suspense fallback={<Loader size="sm" />}>
          <Form
            contact={draft.contact}
            template={template}
            busy={busy}
            filling={filling}
            onFill={fill}
            onBack={() => {
              forget();
              setIsFilling(false);
            }}
            onSend={(filled) => void send(filled)}
          />
        </Suspense>
      ) : (
        <Beginning
          draft={draft}
          onChange={setDraft}
          onOpen={go}
          onCancel={close}
          onDone={() => setIsFilling(true)}
        />
      )}
      {question}
    </Dialog>
  );
}

/** The same message asked for twice goes out once; another one is another request. */
function useFirstMessage({ phone, connectionId }: Draft, onSent: (conversationId: string) => void) {
  const { tenant_id } = useTenant();
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const asked = useRef({ text: "", key: "" });
  const send = async (template: Json) => {
    if (busy) return;
    const body = { type: "template", to: phone.trim(), connection_id: connectionId, template };
    const text = JSON.stringify(body);
    if (asked.current.text !== text) asked.current = { text, key: newId() };
    setBusy(true);
    setFailure(null);
    try {
      const path = `/api/tenants/${tenant_id}/whatsapp/messages/send`;
      const headers = { "Idempotency-Key": asked.current.key };
      const sent = await call<{ conversation_id: string }>("POST", path, { body, headers });
      onSent(sent.conversation_id);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return { send, busy, failure, forget: () => setFailure(null) };
}
