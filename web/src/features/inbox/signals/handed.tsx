/** Tells of conversations that came to somebody otherwise than by a message: given by a colleague, or put off until now. */

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import type { Chime } from "@/shared/lib/chime";
import { preferences } from "@/shared/lib/preferences";
import { useTenant } from "@/shared/session/session-context";
import { useStore } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { uiMessages } from "@/shared/ui/messages";
import { useAuthor } from "../list/author";
import { nameOf } from "../list/row-model";
import { signalMessages } from "./messages";
import { concerns, type Handed } from "./ringing";
import classes from "./unsent.module.css";

const GATHERED = 500; // milliseconds: who gives many away gives them at once
const READABLE = 10_000;

/** Shows it on the desktop: its title, its words, the conversation, and the address that a click leads to. */
type Notify = (title: string, body: string, conversationId: string, path: string) => void;

/** Returns what tells of one; of several at once it tells together. */
export function useHanded(notify: Notify): (handed: Handed, chime: Chime) => void {
  const store = useStore();
  const [location, navigate] = useLocation();
  const inbox = `/t/${useTenant().tenant_id}/inbox`;
  const words = useWords();
  const waiting = useRef<Handed[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const tell = useRef<(all: readonly Handed[], chime: Chime) => Promise<void>>(async () => undefined);
  tell.current = async (all, chime) => {
    const wanted = preferences();
    const isInFront = document.hasFocus() && !document.hidden;
    const found = await Promise.all(
      all.map(async (handed) => ({ handed, conversation: await conversationOf(handed.conversationId) })),
    );
    const mine = found.filter(
      ({ handed, conversation }) =>
        concerns(conversation, "mine", store.me) &&
        !(isInFront && location === `${inbox}/${handed.conversationId}`),
    );
    const [first] = mine;
    if (!first) return;
    const { conversationId } = first.handed;
    const { title, body } = mine.length > 1 ? { title: words.many(mine.length), body: "" } : words.of(first);
    const path = `${inbox}/${conversationId}${mine.length > 1 ? "?tab=mine" : ""}`;
    if (wanted.sound !== "off") chime.play();
    if (!isInFront && wanted.notifications !== "off") notify(title, body, conversationId, path);
    notifications.show({
      id: noticeOf(conversationId),
      title,
      message: <Open words={body} onOpen={() => navigate(path)} />,
      autoClose: isInFront ? READABLE : false, // it is there when they come back
      closeButtonProps: { "aria-label": words.close },
    });
  };

  // Whoever looks at it knows.
  useEffect(() => {
    if (location.startsWith(`${inbox}/`)) notifications.hide(noticeOf(location.slice(inbox.length + 1)));
  }, [location, inbox]);
  useEffect(() => () => clearTimeout(timer.current), []);

  async function conversationOf(id: string): Promise<Conversation | undefined> {
    const known = () => store.state.conversations.get(id);
    if (!known()) await store.loadConversation(id).catch(() => null); // it is told without a name
    return known();
  }

  return useCallback((handed, chime) => {
    waiting.current.push(handed);
    if (waiting.current.length > 1) return;
    timer.current = setTimeout(() => void tell.current(waiting.current.splice(0), chime), GATHERED);
  }, []);
}

function useWords() {
  const t = useMessages(signalMessages);
  const ui = useMessages(uiMessages);
  const authorOf = useAuthor();
  return {
    close: ui.close,
    many: t.handedMany,
    of: ({ handed, conversation }: { handed: Handed; conversation: Conversation | undefined }) => {
      const name = conversation ? (nameOf(conversation.contact) ?? "") : "";
      return handed.why === "given"
        ? { title: t.given(authorOf(handed.author)), body: name }
        : { title: name || t.dueOne, body: t.due };
    },
  };
}

function Open({ words, onOpen }: { words: string; onOpen: () => void }) {
  const t = useMessages(signalMessages);
  return (
    <span className={classes["one"]}>
      <bdi>{words}</bdi>
      <Button size="compact-sm" variant="light" onClick={onOpen}>
        {t.open}
      </Button>
    </span>
  );
}

const noticeOf = (conversationId: string): string => `handed-${conversationId}`;
