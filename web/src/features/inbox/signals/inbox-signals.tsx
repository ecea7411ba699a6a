/** What tells of the inbox beyond its own page: the tab's title and icon, a sound, a notification of the desktop. Draws nothing. */

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { Chime } from "@/shared/lib/chime";
import {
  closeNotices,
  noticeWorker,
  pushedNotices,
  showNotice,
  whenNoticeClicked,
  whenPushed,
} from "@/shared/lib/desktop-notices";
import {
  jumpsAsked,
  type LiveStatus,
  liveStatus,
  pageName,
  unreadMine,
  unsentMine,
} from "@/shared/lib/frame";
import { preferences } from "@/shared/lib/preferences";
import { useSignal } from "@/shared/lib/signal";
import { usePush } from "@/shared/push/use-push";
import { useSession, useTenant } from "@/shared/session/session-context";
import { useCounts, useLinkStatus, useStore, useTopic } from "@/shared/store/hooks";
import type { LinkStatus } from "@/shared/store/link";
import type { Annotation } from "@/shared/store/types";
import { listMessages } from "../list/messages";
import { nameOf, previewOf } from "../list/row-model";
import { useHanded } from "./handed";
import { signalMessages } from "./messages";
import { OneTab } from "./one-tab";
import { concerns, handedIn, mentionIn, type News, newsIn, readIn } from "./ringing";
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
  useNotices();
  usePush();
  useUnsentNotice();
  return null;
}

function useFrame(): void {
  const t = useMessages(signalMessages);
  const { tenant_name } = useTenant();
  const page = useSignal(pageName);
  const name = page ? `${page} · ${tenant_name}` : tenant_name;
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
  }, [unread, unsent, name, t]);
  useEffect(
    () => () => {
      unreadMine.set(0);
      unsentMine.set(0);
      showUnread(0, () => "", tenant_name);
    },
    [tenant_name],
  );
}

function useRinging(): void {
  const t = useMessages(signalMessages);
  const l = useMessages(listMessages);
  const store = useStore();
  const { tenant_id } = useTenant();
  const { embedded } = useSession();
  const [location, navigate] = useLocation();
  const inbox = `/t/${tenant_id}/inbox`;
  const shown = useRef(new Set<string>());
  const notify = (title: string, body: string, tag: string, path = `${inbox}/${tag}`) => {
    const open = () => goTo(path, navigate);
    void showNotice({ title, body, tag, path }, { embedded, open });
  };
  const tellHanded = useHanded(notify);
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
    shown.current.add(message.conversation_id);
    notify(name ?? t.newMessage, text ?? (word ? l.kinds[word] : ""), message.conversation_id);
  };

  const tellMention = useRef<(note: Annotation, chime: Chime) => void>(() => undefined);
  tellMention.current = (note, chime) => {
    const wanted = preferences();
    if (wanted.sound !== "off") chime.play();
    if ((document.hasFocus() && !document.hidden) || wanted.notifications === "off") return;
    shown.current.delete(note.conversation_id); // what calls this person is not done with when a colleague has read
    const { conversation_id: at } = note;
    notify(t.mention, note.body ?? "", at, `${inbox}/${at}?message=${note.id}`);
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
    // What was pushed while no page was open goes like this page's own.
    void pushedNotices().then((tags) => {
      for (const tag of tags) shown.current.add(tag);
    });
    const stop = store.onEvent((event) => {
      // By a colleague, on the phone: what it told of is known by now.
      const read = readIn(event);
      if (read && shown.current.delete(read)) void closeNotices(read);
      const note = mentionIn(event, store.me, Date.now());
      if (note) void tabs.isMine(note.id).then((mine) => mine && tellMention.current(note, chime));
      const handed = handedIn(event, store.me, Date.now());
      if (handed) void tabs.isMine(handed.lineId).then((mine) => mine && tellHanded(handed, chime));
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
      chime.close();
    };
  }, [store, tellHanded]);
}

/** Where a notification leads: also to a note that was gone to from here before. */
function goTo(path: string, navigate: (path: string) => void): void {
  navigate(path);
  jumpsAsked.set(jumpsAsked.get() + 1);
}

/** A click on a notification leads here; one of a conversation that is looked at has nothing more to tell. */
function useNotices(): void {
  const { tenant_id } = useTenant();
  const { embedded } = useSession();
  const [location, navigate] = useLocation();
  const inbox = `/t/${tenant_id}/inbox/`;
  useEffect(() => {
    if (embedded) return;
    void noticeWorker();
    return whenNoticeClicked((path) => {
      const isHere = path.startsWith(inbox);
      if (isHere) goTo(path, navigate);
      return isHere;
    });
  }, [embedded, inbox, navigate]);
  const status = useLinkStatus();
  useEffect(() => {
    if (embedded) return;
    return whenPushed((tenantId) => tenantId === tenant_id && status === "live");
  }, [embedded, tenant_id, status]);
  useEffect(() => {
    if (embedded || !location.startsWith(inbox)) return;
    const looked = () => {
      if (document.hasFocus() && !document.hidden) void closeNotices(location.slice(inbox.length));
    };
    looked();
    addEventListener("focus", looked);
    return () => removeEventListener("focus", looked);
  }, [embedded, inbox, location]);
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
