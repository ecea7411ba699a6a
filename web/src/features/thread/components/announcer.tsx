/** Tells who cannot see it what arrives, while they are at the end of the thread: one message by itself, a flood as its number. */

import { useEffect, useEffectEvent, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useStore } from "@/shared/store/hooks";
import type { Message } from "@/shared/store/types";
import { threadMessages } from "../messages";
import { summaryOf } from "../model/summary";
import { useData } from "../thread-context";
import classes from "./announcer.module.css";

const GATHER = 1_200;

export function Announcer({ conversationId, atEnd }: { conversationId: string; atEnd: boolean }) {
  const t = useMessages(threadMessages);
  const store = useStore();
  const { contactName } = useData();
  const [said, setSaid] = useState({ words: "", times: 0 });
  // As it is when a message comes, and as it is called when that is told: who turns away in between hears of it all the same.
  const isHeard = useEffectEvent(() => atEnd);
  const tell = useEffectEvent((those: readonly Message[]) => {
    const say = (words: string) => setSaid(({ times }) => ({ words, times: times + 1 }));
    const [one] = those;
    if (those.length > 1) return say(t.announceMany(those.length));
    if (!one) return;
    const { type, words } = summaryOf(one);
    say(t.announce(contactName, words ?? t.type[type]));
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let waiting: Message[] = [];
    const stop = store.onEvent((event) => {
      if (event.type !== "message_received" || event.conversation_id !== conversationId || !isHeard()) return;
      waiting.push(event.data as Message);
      timer ??= setTimeout(() => {
        tell(waiting);
        timer = null;
        waiting = [];
      }, GATHER);
    });
    return () => {
      stop();
      if (timer) clearTimeout(timer);
    };
  }, [store, conversationId]);
  return (
    <div className={classes["hidden"]} role="status" aria-live="polite">
      {/* The same words again are read aloud where they come anew alone. */}
      <span key={said.times}>{said.words}</span>
    </div>
  );
}
