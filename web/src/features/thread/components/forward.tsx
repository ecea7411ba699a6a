/** To whom a message goes on. It is put into the field there, and sent by nobody yet. */

import { Loader, Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { apiFetch } from "@/shared/api/client";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useList, useStore } from "@/shared/store/hooks";
import type { InboxStore } from "@/shared/store/store";
import type { Conversation, Message } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import { uiMessages } from "@/shared/ui/messages";
import { peopleQuery } from "../api/people";
import { hold } from "../composer/use-attachments";
import { threadMessages } from "../messages";
import { type Forwarded, forwardedOf } from "../model/forwarding";
import classes from "./forward.module.css";

const MOST_RECENT = 25;

export function Forward({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useMessages(threadMessages);
  const ui = useMessages(uiMessages);
  const refusal = useRefusal();
  const store = useStore();
  const { tenant_id: tenantId } = useTenant();
  const [, navigate] = useLocation();
  const [words, setWords] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  const { people, searching } = usePeople(words.trim());
  const choose = async ({ id }: Conversation) => {
    const forwarded = forwardedOf(message);
    if (forwarded === null) return onClose();
    try {
      await putInto(store, id, forwarded);
      onClose();
      navigate(`/t/${tenantId}/inbox/${id}`);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.forwardTo}
      size="sm"
      closeButtonProps={{ "aria-label": ui.close }}
    >
      <TextInput
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        placeholder={t.forwardSearch}
        aria-label={t.forwardSearch}
        rightSection={searching ? <Loader size={16} /> : null}
        data-autofocus
      />
      {problem !== null && (
        <p className={classes["problem"]} role="alert">
          {refusal(problem)}
        </p>
      )}
      <ul className={classes["people"]}>
        {people.map((conversation) => (
          <li key={conversation.id}>
            <Person conversation={conversation} onChoose={() => void choose(conversation)} />
          </li>
        ))}
      </ul>
      {people.length === 0 && !searching && <p className={classes["nobody"]}>{t.forwardNobody}</p>}
    </Modal>
  );
}

function Person({ conversation, onChoose }: { conversation: Conversation; onChoose: () => void }) {
  const t = useMessages(threadMessages);
  const { contact } = conversation;
  const name = contact.name ?? contact.phone ?? (contact.username ? `@${contact.username}` : t.unknownPerson);
  return (
    <button type="button" className={classes["person"]} onClick={onChoose}>
      <Avatar name={name} seed={contact.id} size={32} />
      <bdi>{name}</bdi>
      {contact.phone && contact.phone !== name && <span>{contact.phone}</span>}
    </button>
  );
}

/** Those whose name or number was typed; before anything was, those who wrote last. */
function usePeople(words: string) {
  const store = useStore();
  const { tenant_id: tenantId } = useTenant();
  const { ids } = useList({ tab: "all" });
  const [wanted] = useDebouncedValue(words, 200);
  const { data, isFetching } = useQuery(peopleQuery(tenantId, wanted));
  const recent = ids.slice(0, MOST_RECENT).flatMap((id) => store.state.conversations.get(id) ?? []);
  return { people: words === "" ? recent : (data ?? []), searching: words !== "" && isFetching };
}

/** Put it behind what is written there already. */
async function putInto(store: InboxStore, conversationId: string, { text, file }: Forwarded): Promise<void> {
  if (file === null) return store.drafts.add(conversationId, "reply", text);
  const answer = await apiFetch(new Request(new URL(file.url, location.origin)));
  const bytes = await answer.blob();
  hold(store, conversationId, [new File([bytes], file.name, { type: file.type })], text);
}
