/** One conversation: its header, its messages, the field to answer in. */

import { type ReactNode, useEffect, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useConversation, useStore } from "@/shared/store/hooks";
import { EmptyState } from "@/shared/ui/empty-state";
import { Thread } from "./components/thread";
import { ThreadSkeleton } from "./components/thread-skeleton";
import { threadMessages } from "./messages";

interface ThreadPaneProps {
  conversationId: string;
  /** The message to show and mark (`?message=`), as a search result links to it. */
  messageId: string | null;
  /** What can be done with the conversation, for the header. */
  actions?: ReactNode;
}

export function ThreadPane({ conversationId, messageId, actions }: ThreadPaneProps) {
  const t = useMessages(threadMessages);
  const store = useStore();
  // A conversation that was merged goes by another id, and old links still lead to it.
  const [live, setLive] = useState<string | null | undefined>(conversationId);
  useEffect(() => {
    let current = true;
    setLive(conversationId);
    void store.loadConversation(conversationId).then((id) => current && setLive(id));
    return () => {
      current = false;
    };
  }, [store, conversationId]);
  const conversation = useConversation(live ?? conversationId);
  if (live === null) return <EmptyState title={t.noConversation}>{t.noConversationHint}</EmptyState>;
  if (!conversation) return <ThreadSkeleton />;
  return <Thread key={conversation.id} conversation={conversation} messageId={messageId} actions={actions} />;
}
