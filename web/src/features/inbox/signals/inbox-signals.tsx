/** What tells of the inbox beyond its own page: the tab's title and icon, a sound, a notification of the desktop. Draws nothing. */

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { type LiveStatus, liveStatus, unreadMine, unsentMine } from "@/shared/lib/frame";
import { preferences } from "@/shared/lib/preferences";
import { useTenant } from "@/shared/session/session-context";
import { useCounts, useLinkStatus, useStore, useTopic } from "@/shared/store/hooks";
import type { LinkStatus } from "@/shared/store/link";
import type { Annotation } from "@/shared/store/types";
import { listMessages } from "../list/messages";
import { nameOf, previewOf } from "../list/row-model";
import { Chime } from "./chime";
import { signalMessages } from "./messages";
import { OneTab } from "./one-tab";
import { concerns, mentionIn, type News, newsIn } from "./ringing";
import { showUnread } from "./tab";
import { useUnsentNotice } from "./unsent";

const FRAME: Record<LinkStatus, LiveStatus> = {
  connecting: "catching-up",
  live: "live",
  catching_up: "catching-up",
  reconnecting: "catching-up",
  polling: "polling",
  offline: "offline",
  ended: "offline",
};

export function InboxSignals() {
  useFrame();
  useRinging();
  useUnsentNotice();
  return null;
}

function useFrame(): void {
  const t = useMessages(signalMessages);
  const { tenant_name: name } = useTenant();
  const counts = useCounts();
  const status = useLinkStatus();
  // What waits for me, and what waits for anybody.
  const unread = counts ? counts.unread_mine + counts.unread_unassigned : 0;
  const unsent = useTopic("outbox", (store) => store.outbox.stuck().length);
  useEffect(() => {
    liveStatus.set(FRAME[status]);
    return () => liveStatus.set("idle");
  }, [status]);
  useEffect(() => {
    unreadMine.set(unread);
    unsentMine.set(unsent);
    showUnread(unread, (count) => t.title(count, name), name);
    if (unsent > 0) document.title = t.unsentTitle(unsent, document.title);
    return () => {
      unreadMine.set(0);
      unsentMine.set(0);
      showUnread(0, () => "", name);
    };
  }, [unread, unsent, name, t]);
}

function useRinging(): void {
  const t = useMessages(signalMessages);
  const l = useMessages(listMessages);
  const store = useStore();
  const { tenant_id } = useTenant();
  const [location, navigate] = useLocation();
  const inbox = `/t/${tenant_id}/inbox`;
  const tell = useRef<(news: News, chime: Chime) => void>(() => undefined);
  tell.current = ({ message, conversation }, chime) => {
    const wanted = preferences();
    const inFront = document.hasFocus() && !document.hidden;
    const isOpen = location === `${inbox}/${message.conversation_id}`;
    if (inFront && isOpen && !wanted.soundWhenFocused) return;
    const loud =
      concerns(conversation, wanted.sound, store.me) && (!inFront || wanted.soundWhenFocused || !isOpen);
    if (loud && !chime.play()) offerSound(t, chime);
    if (inFront || !concerns(conversation, wanted.notifications, store.me)) return;
    const { text, word } = previewOf(message);
    const name = conversation && nameOf(conversation.contact);
    notify({
      title: name ?? t.newMessage,
      body: text ?? (word ? l.kinds[word] : ""),
      tag: message.conversation_id,
      open: () => navigate(`${inbox}/${message.conversation_id}`),
    });
  };

  const tellMention = useRef<(note: Annotation, chime: Chime) => void>(() => undefined);
  tellMention.current = (note, chime) => {
    const wanted = preferences();
    if (wanted.sound !== "off") chime.play();
    if ((document.hasFocus() && !document.hidden) || wanted.notifications === "off") return;
    notify({
      title: t.mention,
      body: note.body ?? "",
      tag: note.conversation_id,
      open: () => navigate(`${inbox}/${note.conversation_id}`),
    });
  };

  useEffect(() => {
    const chime = new Chime();
    const tabs = new OneTab();
    const touched = () => {
      chime.allow();
      tabs.seen();
    };
    const seen = () => tabs.seen();
    addEventListener("pointerdown", touched);
    addEventListener("keydown", touched);
    addEventListener("focus", seen);
    const stop = store.onEvent((event) => {
      const note = mentionIn(event, store.me, Date.now());
      if (note) void tabs.isMine(note.id).then((mine) => mine && tellMention.current(note, chime));
      const news = newsIn(event, (id) => store.state.conversations.get(id), Date.now());
      if (!news) return;
      void tabs.isMine(news.message.id).then((mine) => mine && tell.current(news, chime));
    });
    return () => {
      removeEventListener("pointerdown", touched);
      removeEventListener("keydown", touched);
      removeEventListener("focus", seen);
      stop();
      tabs.close();
    };
  }, [store]);
}

function offerSound(t: { silent: string; silentHint: string; allow: string }, chime: Chime): void {
  const id = "sound-is-blocked";
  notifications.show({
    id,
    title: t.silent,
    message: (
      <>
        {t.silentHint}
        <Button
          mt={6}
          display="block"
          size="compact-sm"
          variant="light"
          onClick={() => {
            chime.allow();
            notifications.hide(id);
          }}
        >
          {t.allow}
        </Button>
      </>
    ),
    autoClose: 12_000,
  });
}

function notify({
  title,
  body,
  tag,
  open,
}: {
  title: string;
  body: string;
  tag: string;
  open: () => void;
}): void {
  if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
  const shown = new Notification(title, { body, tag, icon: "/favicon.svg" });
  shown.onclick = () => {
    window.focus();
    open();
    shown.close();
  };
}
