/** To whom a message goes on. It is put into the field there, and sent by nobody yet. */

import { Loader, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { apiFetch } from "@/shared/api/client";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useList, useStore } from "@/shared/store/hooks";
import type { InboxStore } from "@/shared/store/store";
import type { Conversation, Message } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import { Dialog } from "@/shared/ui/dialog";
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
  const [words, setWords] = useState("");
  const { people, searching, failure } = usePeople(words.trim());
  const { choose, chosen, problem } = useChoice(message, onClose);
  const told = problem ?? failure;
  return (
    <Dialog
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
      {told !== null && (
        <p className={classes["problem"]} role="alert">
          {refusal(told)}
        </p>
      )}
      <ul className={classes["people"]}>
        {people.map((conversation) => (
          <li key={conversation.id}>
            <Person
              conversation={conversation}
              chosen={chosen}
              onChoose={() => void choose(conversation.id)}
            />
          </li>
        ))}
      </ul>
      {people.length === 0 && !searching && failure === null && (
        <p className={classes["nobody"]}>{t.forwardNobody}</p>
      )}
    </Dialog>
  );
}

/** One choice at a time. Whoever closes the dialog has taken theirs back, however far the file has come. */
function useChoice(message: Message, onClose: () => void) {
  const store = useStore();
  const { tenant_id: tenantId } = useTenant();
  const [, navigate] = useLocation();
  const [chosen, setChosen] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const going = useRef<AbortController | null>(null);
  useEffect(() => () => going.current?.abort(), []);
  const choose = async (id: string) => {
    if (going.current !== null) return;
    const forwarded = forwardedOf(message);
    if (forwarded === null) return onClose();
    const abort = new AbortController();
    const { signal } = abort;
    going.current = abort;
    setChosen(id);
    setProblem(null);
    try {
      await putInto(store, id, forwarded, signal);
      onClose();
      navigate(`/t/${tenantId}/inbox/${id}`);
    } catch (error) {
      if (signal.aborted) return;
      going.current = null;
      setChosen(null);
      setProblem(error);
    }
  };
  return { choose, chosen, problem };
}

interface PersonProps {
  conversation: Conversation;
  /** Who was chosen, while the message is on its way there. */
  chosen: string | null;
  onChoose: () => void;
}

function Person({ conversation, chosen, onChoose }: PersonProps) {
  const t = useMessages(threadMessages);
  const { contact } = conversation;
  const name = contact.name ?? contact.phone ?? (contact.username ? `@${contact.username}` : t.unknownPerson);
  return (
    <button type="button" className={classes["person"]} disabled={chosen !== null} onClick={onChoose}>
      <Avatar name={name} seed={contact.id} size={32} />
      <bdi>{name}</bdi>
      {contact.phone && contact.phone !== name && <span>{contact.phone}</span>}
      {chosen === conversation.id && <Loader size={16} />}
    </button>
  );
}

/** Those whose name or number was typed; before anything was, those who wrote last. */
function usePeople(words: string) {
  const store = useStore();
  const { tenant_id: tenantId } = useTenant();
  const { ids } = useList({ tab: "all" });
  const [wanted] = useDebouncedValue(words, 200);
  const { data, error, isFetching } = useQuery(peopleQuery(tenantId, wanted));
  const recent = ids.slice(0, MOST_RECENT).flatMap((id) => store.state.conversations.get(id) ?? []);
  if (words === "") return { people: recent, searching: false, failure: null };
  const searching = isFetching || wanted !== words;
  return { people: data ?? [], searching, failure: searching ? null : error };
}

/** Put it behind what is written there already. Rejects where it was aborted meanwhile. */
async function putInto(
  store: InboxStore,
  conversationId: string,
  { text, file }: Forwarded,
  signal: AbortSignal,
): Promise<void> {
  if (file === null) return store.drafts.add(conversationId, "reply", text);
  const answer = await apiFetch(new Request(new URL(file.url, location.origin), { signal }));
  const bytes = await answer.blob();
  signal.throwIfAborted();
  hold(store, conversationId, [new File([bytes], file.name, { type: file.type })], text);
}
