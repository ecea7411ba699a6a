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

const NOTICE = "handed";
const GATHERED = 500; // milliseconds: who gives many away gives them at once
const READABLE = 10_000;

/** Shows it on the desktop: its title, its words, the conversation, and the address that a click leads to. */
type Notify = (title: string, body: string, conversationId: string, path: string) => void;

interface Told {
  handed: Handed;
  conversation: Conversation | undefined;
}

/** Returns what tells of one. There is one notice for all that nobody has looked at: who comes back after an hour would close dozens. */
export function useHanded(notify: Notify): (handed: Handed, chime: Chime) => void {
  const store = useStore();
  const [location, navigate] = useLocation();
  const inbox = `/t/${useTenant().tenant_id}/inbox`;
  const words = useWords();
  const waiting = useRef<Handed[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** What the notice that is shown tells of. */
  const told = useRef<readonly Told[]>([]);

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
    if (mine.length === 0) return;
    const wasShown = told.current.length > 0;
    const isOther = ({ handed }: Told) =>
      !mine.some((one) => one.handed.conversationId === handed.conversationId);
    told.current = [...told.current.filter(isOther), ...mine];
    const [only, ...more] = told.current;
    if (!only) return;
    const { conversationId } = only.handed;
    const many = more.length > 0;
    const { title, body } = many ? { title: words.many(told.current.length), body: "" } : words.of(only);
    const path = `${inbox}/${conversationId}${many ? "?tab=mine" : ""}`;
    if (wanted.sound !== "off") chime.play();
    if (!isInFront && wanted.notifications !== "off") notify(title, body, conversationId, path);
    const notice = {
      id: NOTICE,
      title,
      message: <Open words={body} onOpen={() => navigate(path)} />,
      autoClose: isInFront ? READABLE : false, // it is there when they come back
      closeButtonProps: { "aria-label": words.close },
      onClose: () => {
        told.current = [];
      },
    } as const;
    if (wasShown) notifications.update(notice);
    else notifications.show(notice);
  };

  // Whoever looks at one of them has been led there.
  useEffect(() => {
    if (told.current.some(({ handed }) => location === `${inbox}/${handed.conversationId}`))
      notifications.hide(NOTICE);
  }, [location, inbox]);
  // Another workspace has its own.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      waiting.current = [];
      notifications.hide(NOTICE);
    },
    [store],
  );

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
    of: ({ handed, conversation }: Told) => {
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
