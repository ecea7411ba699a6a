/** One conversation: its header, its messages, the field to answer in. */

import { type ReactNode, useCallback, useEffect, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useConversation, useStore } from "@/shared/store/hooks";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { Thread } from "./components/thread";
import { ThreadSkeleton } from "./components/thread-skeleton";
import { threadMessages } from "./messages";

interface ThreadPaneProps {
  conversationId: string;
  /** The message or the note to show and mark (`?message=`), as a search result and a mention link to it. */
  messageId: string | null;
  /** What can be done with the conversation, for the header. */
  actions?: ReactNode;
  /** What is to be known before one writes, below the header. */
  notices?: ReactNode;
}

/** What became of asking for a conversation. */
interface Asked {
  id: string;
  /** The id it goes by; null where there is none. */
  live: string | null;
  /** Why nobody knows. */
  failed?: unknown;
}

export function ThreadPane({ conversationId, messageId, actions, notices }: ThreadPaneProps) {
  const t = useMessages(threadMessages);
  const store = useStore();
  // A conversation that was merged goes by another id: old links still lead to it, and it may be merged while it is open.
  const [asked, setAsked] = useState<Asked>({ id: conversationId, live: conversationId });
  const { live, failed }: Asked =
    asked.id === conversationId ? asked : { id: conversationId, live: conversationId };
  const conversation = useConversation(store.state.conversations.liveId(live ?? conversationId));
  const isHere = conversation !== undefined;
  const load = useCallback(
    () =>
      store.loadConversation(conversationId).then(
        (found): Asked => ({ id: conversationId, live: found }),
        (error: unknown): Asked => ({ id: conversationId, live: conversationId, failed: error }),
      ),
    [store, conversationId],
  );
  useEffect(() => {
    if (isHere) return;
    let current = true;
    void load().then((answer) => current && setAsked(answer));
    return () => {
      current = false;
    };
  }, [load, isHere]);
  if (conversation)
    return (
      <Thread
        key={conversation.id}
        conversation={conversation}
        messageId={messageId}
        actions={actions}
        notices={notices}
      />
    );
  if (live === null) return <EmptyState title={t.noConversation}>{t.noConversationHint}</EmptyState>;
  if (failed) return <ErrorState error={failed} onRetry={() => void load().then(setAsked)} />;
  return <ThreadSkeleton />;
}
