/** The right pane: who one talks to, and what is known of the conversation. */

import { ActionIcon, Button } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { problemMessages } from "@/shared/api/problem-words";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { contactPane } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import { useTenant } from "@/shared/session/session-context";
import { useConversation, useStore, useTopic } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { FormError } from "@/shared/ui/form-error";
import { useGoingBack } from "@/shared/ui/going-back";
import { uiMessages } from "@/shared/ui/messages";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { contactKey, contactQuery } from "./api/contacts";
import { Block } from "./contact/block";
import { ContactHead } from "./contact/contact-head";
import classes from "./contact/contact-pane.module.css";
import { Known } from "./contact/known";
import { Merges } from "./contact/merges";
import { Notes } from "./contact/notes";
import { Numbers } from "./contact/numbers";
import { Privacy } from "./contact/privacy";
import { Work } from "./contact/work";
import { listMessages } from "./list/messages";
import { nameOf } from "./list/row-model";

interface ContactPaneProps {
  conversationId: string;
  /** What another feature tells of the person: their consents. */
  consent: (contact: { id: string; name: string }) => ReactNode;
}

export function ContactPane({ conversationId, consent }: ContactPaneProps) {
  const words = useMessages(uiMessages);
  const store = useStore();
  const isOver = useSignal(contactPane) === "open" && matchMedia("(max-width: 759.98px)").matches;
  useGoingBack(isOver, () => contactPane.set("closed"));
  const conversation = useConversation(store.state.conversations.liveId(conversationId));
  const missing = useTopic(`conversation/${conversationId}`, ({ state }) =>
    state.conversations.isMissing(conversationId),
  );
  return (
    <div className={classes["pane"]}>
      <ActionIcon
        className={classes["close"]}
        variant="subtle"
        color="gray"
        size={34}
        aria-label={words.close}
        onClick={() => contactPane.set("closed")}
      >
        <IconX size={18} stroke={1.8} />
      </ActionIcon>
      {conversation ? (
        <Inside conversation={conversation} consent={consent} key={conversation.id} />
      ) : (
        !missing && <ListSkeleton rows={5} />
      )}
    </div>
  );
}

function Inside({
  conversation,
  consent,
}: {
  conversation: Conversation;
  consent: ContactPaneProps["consent"];
}) {
  const l = useMessages(listMessages);
  const { tenant_id } = useTenant();
  const store = useStore();
  const queryClient = useQueryClient();
  const contactId = conversation.contact.id;
  const { data: detail, error, refetch, isFetching } = useQuery(contactQuery(tenant_id, contactId));

  // A colleague renamed them, or WhatsApp tells another name: the conversation knows it first.
  const [shown, known] = [conversation.contact.name, detail?.contact.name];
  useEffect(() => {
    if (known !== undefined && known !== shown)
      void queryClient.invalidateQueries({ queryKey: contactKey(tenant_id, contactId) });
  }, [known, shown, queryClient, tenant_id, contactId]);

  // Who somebody is changes by events: a merge, a new number, a word on marketing.
  useEffect(
    () =>
      store.onEvent((event) => {
        if (event.type !== "contact_merged" && event.type !== "contact_parted") return;
        void queryClient.invalidateQueries({ queryKey: contactKey(tenant_id, contactId) });
      }),
    [store, queryClient, tenant_id, contactId],
  );
  return (
    <>
      <ContactHead conversation={conversation} detail={detail} />
      <Work conversation={conversation} />
      {error && !detail && <NotLoaded error={error} busy={isFetching} onRetry={() => void refetch()} />}
      {detail && <Numbers conversation={conversation} detail={detail} />}
      {consent({ id: contactId, name: nameOf(conversation.contact) ?? l.unknownPerson })}
      <Notes conversationId={conversation.id} />
      {detail && <Known conversation={conversation} detail={detail} />}
      {detail && <Merges conversation={conversation} detail={detail} />}
      <Block conversation={conversation} />
      <Privacy conversation={conversation} />
    </>
  );
}

/** In place of what is told of the person alone: what the conversation tells stays. */
function NotLoaded({ error, busy, onRetry }: { error: Error; busy: boolean; onRetry: () => void }) {
  const problems = useMessages(problemMessages);
  const refusal = useRefusal();
  return (
    <section className={classes["section"]}>
      <FormError>{refusal(error)}</FormError>
      <Button mt={8} size="compact-sm" variant="default" loading={busy} onClick={onRetry}>
        {problems.tryAgain}
      </Button>
    </section>
  );
}
