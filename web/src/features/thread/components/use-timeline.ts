/** What stands in a conversation out of the store's keys, and what is looked up among them. */

import { useEffect, useMemo } from "react";
import { useStore, useThread } from "@/shared/store/hooks";
import type { Line as Source } from "@/shared/store/store";
import type { ThreadState } from "@/shared/store/threads";
import type { Message } from "@/shared/store/types";
import { at, textIn } from "@/shared/whatsapp/reading";
import { forgetSent } from "../media/media-url";
import { canBeAnswered } from "../model/answering";
import { type Entry, entryOf } from "../model/lines";

export interface OwnReaction {
  emoji: string;
  at: string;
}

export interface Timeline {
  thread: ThreadState;
  entries: Entry[];
  /** Messages by Meta's name for them: quotes name them so. */
  byProviderId: ReadonlyMap<string, Message>;
  /** Our own reactions that are on their way, by the name of the message they are about. */
  ownReactions: ReadonlyMap<string, OwnReaction>;
  /** Those that were sent once more since. */
  retried: ReadonlySet<string>;
  /** Photos and videos that can be looked at, in order. */
  pictures: Message[];
  hasTemplates: boolean;
  latestInbound: Message | null;
  /** The last of the person's that can be quoted. */
  latestToAnswer: Message | null;
  latest: Message | null;
}

const known = new WeakMap<object, Entry>();

export function useTimeline(conversationId: string, anchor: string | null): Timeline {
  const store = useStore();
  const thread = useThread(conversationId, anchor);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a message that is there now has changed the thread
  useEffect(() => forgetSent((clientId) => store.outbox.get(clientId) !== undefined), [store, thread]);
  // A thread's state is a new object whenever what it holds changed.
  return useMemo(() => {
    const entries: Entry[] = [];
    const byProviderId = new Map<string, Message>();
    const ownReactions = new Map<string, OwnReaction>();
    const retried = new Set<string>();
    const pictures: Message[] = [];
    let hasTemplates = false;
    let latestInbound: Message | null = null;
    let latestToAnswer: Message | null = null;
    let latest: Message | null = null;
    for (const key of thread.keys) {
      const source = store.line(key);
      if (source === null) continue;
      const reaction = reactionIn(source);
      if (reaction !== null) {
        ownReactions.set(reaction.target, reaction);
        continue;
      }
      const made = entry(key, source, store.lineSource(key));
      entries.push(made);
      if (source.kind !== "message") continue;
      const { message } = source;
      latest = message;
      if (message.retry_of) retried.add(message.retry_of);
      if (message.provider_message_id !== null) byProviderId.set(message.provider_message_id, message);
      if (message.type === "template") hasTemplates = true;
      if (message.direction === "inbound") latestInbound = message;
      if (made.theirs && canBeAnswered(message)) latestToAnswer = message;
      const isPicture = message.type === "image" || message.type === "video";
      if (isPicture && message.media?.state === "stored" && message.revoked_at === undefined)
        pictures.push(message);
    }
    return {
      thread,
      entries,
      byProviderId,
      ownReactions,
      retried,
      pictures,
      hasTemplates,
      latestInbound,
      latestToAnswer,
      latest,
    };
  }, [store, thread]);
}

function entry(key: string, source: Source, object: object | undefined): Entry {
  const before = object === undefined ? undefined : known.get(object);
  if (before?.key === key) return before;
  const made = entryOf(key, source);
  if (object !== undefined) known.set(object, made);
  return made;
}

/** A reaction of ours is a message of its own, and is drawn at the one it is about; one that failed is shown as what it is. */
function reactionIn(source: Source): (OwnReaction & { target: string }) | null {
  const told =
    source.kind === "message" && source.message.direction === "outbound" && source.message.type === "reaction"
      ? { body: source.message.payload, at: source.message.created_at, status: source.message.status }
      : source.kind === "pending" && source.pending.type === "reaction"
        ? { body: source.pending.body, at: source.pending.created_at, status: source.pending.state }
        : null;
  if (told === null || told.status === "failed" || told.status === "unknown" || told.status === "refused")
    return null;
  const target = textIn(at(told.body, "reaction", "message_id"));
  return target === null
    ? null
    : { target, emoji: textIn(at(told.body, "reaction", "emoji")) ?? "", at: told.at };
}
