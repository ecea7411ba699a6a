/** What the lines of a thread know and can ask for, from the store and the API. */

import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useMemo } from "react";
import { inOneLine, problemMessages, problemWords } from "@/shared/api/problem-words";
import { useTemplates } from "@/shared/api/templates";
import { useMessages } from "@/shared/i18n/language";
import { copyText } from "@/shared/lib/clipboard";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory, useStore } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { uiMessages } from "@/shared/ui/messages";
import { tellFailed } from "@/shared/ui/notices";
import { objectsIn } from "@/shared/whatsapp/reading";
import * as requests from "../api/messages";
import { canUploadAgain, discardUpload, uploadAgain } from "../composer/upload";
import { threadMessages } from "../messages";
import { ActionsContext, DataContext, type ThreadActions, type ThreadData } from "../thread-context";

/** What the thread itself does about a message; the rest is the conversation's. */
export type OwnActions = Pick<
  ThreadActions,
  | "quote"
  | "openMedia"
  | "jumpToQuoted"
  | "showInfo"
  | "showRevisions"
  | "sendAgain"
  | "deleteNote"
  | "forward"
  | "editPending"
>;

interface ThreadProviderProps {
  conversation: Conversation;
  isOpen: boolean;
  /** A template is in sight: only then their texts are asked for. */
  needsTemplates: boolean;
  quoted: ThreadData["quoted"];
  ownReaction: ThreadData["ownReaction"];
  wasRetried: ThreadData["wasRetried"];
  own: OwnActions;
  children: ReactNode;
}

export function ThreadProvider({ own, children, ...known }: ThreadProviderProps) {
  const data = useThreadData(known);
  const actions = useThreadActions(own);
  useFreshLists();
  return (
    <ActionsContext value={actions}>
      <DataContext value={data}>{children}</DataContext>
    </ActionsContext>
  );
}

function useThreadData({
  conversation,
  isOpen,
  needsTemplates,
  quoted,
  ownReaction,
  wasRetried,
}: Omit<ThreadProviderProps, "own" | "children">): ThreadData {
  const t = useMessages(threadMessages);
  const tenant = useTenant();
  const { me } = useStore();
  const people = useDirectory("people");
  const templates = useTemplates(tenant.tenant_id, conversation.connection_id, needsTemplates).data;
  const { contact, state } = conversation;
  const contactName =
    contact.name ?? contact.phone ?? (contact.username ? `@${contact.username}` : t.unknownPerson);
  const canSend = tenant.can("messages:send") && state !== "blocked" && state !== "archived";
  return useMemo(
    () => ({
      contactName,
      canSend,
      isOpen,
      nameOf: (actor) => {
        if (!actor) return t.viaApp;
        const [kind, id = ""] = actor.split(":");
        return kind === "user"
          ? (people.get(id)?.name ?? t.someone)
          : kind === "key"
            ? t.viaApi
            : t.automation;
      },
      isMe: (actor) => me !== null && actor === `user:${me}`,
      memberName: (id) => (/^\d+$/.test(id) ? `+${id}` : id),
      quoted,
      ownReaction,
      wasRetried,
      templateOf: (name, language) => {
        const found = templates?.find((one) => one.name === name && one.language === language);
        return found?.components ? objectsIn(found.components) : null;
      },
    }),
    [contactName, canSend, isOpen, people, templates, quoted, ownReaction, wasRetried, me, t],
  );
}

/** Canned replies and templates that changed are asked for again when they are next wanted. */
function useFreshLists(): void {
  const store = useStore();
  const { tenant_id: tenantId } = useTenant();
  const queryClient = useQueryClient();
  useEffect(
    () =>
      store.onEvent(({ type }) => {
        const list = { template_updated: "templates", canned_replies_changed: "canned-replies" }[type];
        if (list) void queryClient.invalidateQueries({ queryKey: [list, tenantId] });
      }),
    [store, tenantId, queryClient],
  );
}

/** Messages whose quote was asked for: once is enough. */
const asked = new Set<string>();

function useThreadActions(own: ThreadProviderProps["own"]): ThreadActions {
  const t = useMessages(threadMessages);
  const ui = useMessages(uiMessages);
  const problems = useMessages(problemMessages);
  const { tenant_id: tenantId } = useTenant();
  const store = useStore();
  return useMemo(() => {
    const tell = (title: string) => (error: unknown) => {
      const words = problemWords(error, problems);
      notifications.show({ color: "red", title, message: inOneLine(words) });
    };
    return {
      ...own,
      react: (message, emoji) => {
        if (message.provider_message_id === null) return;
        store.send({
          conversation_id: message.conversation_id,
          type: "reaction",
          text: emoji,
          body: {
            type: "reaction",
            conversation_id: message.conversation_id,
            reaction: { message_id: message.provider_message_id, emoji },
          },
        });
      },
      retry: (message) => void requests.retry(tenantId, message).catch(tell(t.retryRefused)),
      takeBack: (message) => void requests.takeBack(tenantId, message).catch(tell(t.takeBackRefused)),
      findQuoted: (message) => {
        if (asked.has(message.id)) return;
        asked.add(message.id);
        requests
          .withQuote(tenantId, message)
          .then((found) => found?.quoted && store.putMessage(found))
          .catch(() => asked.delete(message.id)); // asked for again when it is next in sight
      },
      fetchAgain: (message) =>
        requests.fetchAgain(tenantId, message).catch((error: unknown) => {
          tell(t.mediaFailed)(error);
          throw error;
        }),
      retryPending: (clientId) => {
        if (canUploadAgain(clientId)) uploadAgain(store, clientId);
        else store.outbox.retry(clientId);
      },
      sendAsDocument: (clientId) => uploadAgain(store, clientId, "document"),
      discardPending: (clientId) => discardUpload(store, clientId),
      copy: (text) => {
        void copyText(text).then((copied) =>
          copied ? notifications.show({ message: t.copied, autoClose: 1500 }) : tellFailed(ui.notCopied),
        );
      },
    };
  }, [own, store, tenantId, t, ui, problems]);
}
