/** A conversation that is here: which stretch of it is shown, where the reader stands, and what is open over it. */

import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useShortcut } from "@/shared/keys/use-shortcut";
import { useTenant } from "@/shared/session/session-context";
import { useStore, useTopic } from "@/shared/store/hooks";
import type { Conversation, Message } from "@/shared/store/types";
import { EmptyState } from "@/shared/ui/empty-state";
import { Composer, type ComposerHandle } from "../composer/composer";
import { useAttachments } from "../composer/use-attachments";
import { pauseSounds } from "../media/sound";
import { threadMessages } from "../messages";
import { messageOfQuoted } from "../model/summary";
import { Announcer } from "./announcer";
import { DropArea } from "./drop-area";
import { type Over, Overlays } from "./overlays";
import { ThreadFailed } from "./thread-failed";
import { ThreadHeader } from "./thread-header";
import { type OwnActions, ThreadProvider } from "./thread-provider";
import { ThreadSkeleton } from "./thread-skeleton";
import { Timeline } from "./timeline";
import { useServiceWindow } from "./use-clock";
import { usePresence, useReading } from "./use-reading";
import { useStretch } from "./use-stretch";

interface ThreadProps {
  conversation: Conversation;
  messageId: string | null;
  /** What can be done with the conversation, for the header. */
  actions?: ReactNode;
  /** What is to be known before one writes, below the header. */
  notices?: ReactNode;
}

export function Thread({ conversation, messageId, actions, notices }: ThreadProps) {
  const t = useMessages(threadMessages);
  const { id } = conversation;
  const stretch = useStretch(conversation, messageId);
  const { timeline, lines, jumpTo } = stretch;
  const { thread, byProviderId, ownReactions, retried } = timeline;
  const serviceWindow = useServiceWindow(conversation.window_closes_at);
  const [over, setOver] = useState<Over | null>(null);
  const { quote, setQuote } = useQuote(id);
  const attachments = useAttachments(id);
  const composer = useRef<ComposerHandle>(null);
  usePresence(id);
  useEffect(() => pauseSounds, []);
  const isShut = conversation.state === "blocked" || conversation.state === "archived";
  const canWrite = useTenant().can("messages:send") && !isShut;
  useShortcut("reply", canWrite ? () => composer.current?.setMode("reply") : null);
  useShortcut("note", canWrite ? () => composer.current?.setMode("note") : null);
  useShortcut("attach", () => composer.current?.chooseFiles(), canWrite);
  useShortcut("template", () => composer.current?.openTemplates(), canWrite);
  useReading(conversation, timeline.latestInbound, stretch.atEnd);

  const quoted = useMemo(
    () => (message: Message) => byProviderId.get(message.reply_to ?? "") ?? messageOfQuoted(message),
    [byProviderId],
  );
  const ownReaction = useMemo(
    () => (message: Message) => ownReactions.get(message.provider_message_id ?? "") ?? null,
    [ownReactions],
  );
  const wasRetried = useMemo(() => (message: Message) => retried.has(message.id), [retried]);
  const own = useMemo(
    (): OwnActions => ({
      quote: (message) => {
        setQuote(message);
        composer.current?.setMode("reply");
      },
      openMedia: (messageId) => setOver({ kind: "media", id: messageId }),
      jumpToQuoted: (message) => jumpTo(message.quoted ?? { providerId: message.reply_to ?? "" }),
      showInfo: (message) => setOver({ kind: "info", id: message.id }),
      showRevisions: (message) => setOver({ kind: "revisions", id: message.id }),
      sendAgain: (message) => setOver({ kind: "send-again", id: message.id }),
      forward: (message) => setOver({ kind: "forward", id: message.id }),
      deleteNote: (note) => setOver({ kind: "delete-note", id: note.id }),
      editPending: (pending) => composer.current?.edit(pending),
    }),
    [jumpTo, setQuote],
  );
  const provided = {
    conversation,
    isOpen: serviceWindow.state === "open",
    quoted,
    ownReaction,
    wasRetried,
    own,
  };

  return (
    <ThreadProvider {...provided} needsTemplates={timeline.hasTemplates}>
      <ThreadHeader conversation={conversation} actions={actions} />
      {notices}
      <DropArea onFiles={(files) => composer.current?.addFiles(files)}>
        {thread.failed && lines.length === 0 ? (
          <ThreadFailed
            error={thread.failed}
            onRetry={stretch.load}
            onLatest={stretch.anchor === null ? null : stretch.toLatest}
          />
        ) : !stretch.ready ? (
          <ThreadSkeleton />
        ) : lines.length === 0 ? (
          <EmptyState title={t.emptyThread} />
        ) : (
          <Timeline
            key={stretch.anchor}
            handle={stretch.scroll}
            label={t.conversationWith(
              conversation.contact.name ?? conversation.contact.phone ?? t.unknownPerson,
            )}
            lines={lines}
            older={thread.older}
            newer={thread.newer}
            loading={thread.loading !== null}
            failed={thread.failed}
            beginAt={stretch.beginAt}
            marked={stretch.marked}
            mark={stretch.mark}
            arrived={stretch.arrived}
            isAway={stretch.isAway}
            onOlder={stretch.loadOlder}
            onNewer={stretch.loadNewer}
            onEnd={stretch.setAtEnd}
            onLatest={stretch.toLatest}
          />
        )}
        <Announcer conversationId={id} atEnd={stretch.atEnd} />
        <Composer
          handle={composer}
          conversation={conversation}
          window={serviceWindow}
          quote={quote}
          onQuote={setQuote}
          latest={timeline.latest}
          latestToAnswer={timeline.latestToAnswer}
          atEnd={stretch.atEnd}
          attachments={attachments}
          onSent={() => {
            stretch.wrote();
            stretch.toLatest();
          }}
        />
      </DropArea>
      <Overlays
        over={over}
        onChange={setOver}
        pictures={timeline.pictures}
        onJump={(messageId) => jumpTo({ id: messageId })}
        onReply={own.quote}
      />
    </ThreadProvider>
  );
}

/** The message that is being answered: part of the draft, and kept with it. */
function useQuote(conversationId: string) {
  const store = useStore();
  const quote = useTopic(`draft/${conversationId}`, () => store.drafts.quote(conversationId));
  const setQuote = useCallback(
    (message: Message | null) => {
      store.drafts.setQuote(conversationId, message);
      store.topics.flush();
    },
    [store, conversationId],
  );
  return { quote, setQuote };
}
