/** Doing something with one conversation or many: it shows at once, can be taken back for a while, and says so where it was refused. */

import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback } from "react";
import { Problem } from "@/shared/api/problem";
import { inOneLine, type ProblemMessages, problemMessages, problemWords } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { capsOf, isMac, SHORTCUTS } from "@/shared/keys/shortcuts";
import { useShortcut } from "@/shared/keys/use-shortcut";
import type { BulkAnswer } from "@/shared/store/backend";
import { useStore } from "@/shared/store/hooks";
import type { InboxStore } from "@/shared/store/store";
import type { Conversation, ConversationChange, ConversationState } from "@/shared/store/types";
import { actionMessages } from "./messages";

const UNDO_WITHIN = 7_000;
/** Changes that take a conversation out of sight: a slip is to be mended. So is an end to a block, which one key does. Blocking asks before. */
const AWAY = ["resolved", "archived", "snoozed"] as const;

export type Do = (ids: readonly string[], change: ConversationChange) => Promise<boolean>;

/** Returns what does a change of conversations; it resolves to whether all of them let themselves be changed. */
export function useDeeds(): Do {
  const t = useMessages(actionMessages);
  const problems = useMessages(problemMessages);
  const store = useStore();
  return useCallback(
    async (ids, change) => {
      const before = ids.flatMap((id) => store.state.conversations.get(id) ?? []);
      try {
        const refused = await changed(store, ids, change);
        if (refused.length > 0) {
          notifications.show({
            color: "red",
            title: t.refused(refused.length),
            message: whyRefused(refused, problems),
          });
          return false;
        }
      } catch (error) {
        const { title, detail } = problemWords(error, problems);
        notifications.show({ color: "red", title, message: detail });
        return false;
      }
      const away = AWAY.find((state) => state === change.state);
      const blocked = before.filter(({ state }) => state === "blocked");
      if (away) {
        const words = { done: t.done[away](before.length), undo: t.undo };
        offerUndo({ store, state: away, before, words });
      } else if (change.state === "open" && blocked.length > 0) {
        const words = { done: t.done.unblocked(blocked.length), undo: t.undo };
        offerUndo({ store, state: "open", before: blocked, words });
      }
      return true;
    },
    [store, t, problems],
  );
}

/** Change one, or several in one request. Resolves to those of several that could not be changed. */
async function changed(
  store: InboxStore,
  ids: readonly string[],
  change: ConversationChange,
): Promise<BulkAnswer["refused"]> {
  const [only] = ids;
  if (ids.length !== 1 || only === undefined) return (await store.changeMany(ids, change)).refused;
  await store.change(only, change);
  return [];
}

/** Each reason once. The server's own sentences, which say more, are in English. */
function whyRefused(refused: BulkAnswer["refused"], problems: ProblemMessages): string {
  const reasons = refused.map((one) => {
    const { title, detail } = problemWords(new Problem(409, { ...one }), problems);
    return inOneLine({ title, detail: problems.language === "en" ? detail : "" });
  });
  return [...new Set(reasons)].join(" ");
}

interface Undoing {
  store: InboxStore;
  state: ConversationState;
  before: readonly Conversation[];
  words: { done: string; undo: string };
}

function offerUndo({ store, state, before, words }: Undoing): void {
  const id = `done-${Date.now()}`;
  const undo = () => {
    notifications.hide(id);
    // Together what goes back alike: two hundred requests at once would keep the page waiting for its own answers.
    for (const [back, those] of Map.groupBy(before, (one) => JSON.stringify(backOf(one, state)))) {
      const ids = those.map((one) => one.id);
      // Where it is refused it stays where it was put, as the list shows.
      void changed(store, ids, JSON.parse(back) as ConversationChange).catch(() => undefined);
    }
  };
  notifications.show({
    id,
    autoClose: UNDO_WITHIN,
    message: <Done words={words} onUndo={undo} />,
  });
}

/** What was done, and the way back: by a key too, as nobody gets to it with the others in so short a time. */
function Done({ words, onUndo }: { words: Undoing["words"]; onUndo: () => void }) {
  useShortcut("undo", onUndo);
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm">
      {words.done}
      <Button
        variant="subtle"
        size="compact-sm"
        onClick={onUndo}
        aria-keyshortcuts="Alt+Z"
        title={capsOf(SHORTCUTS.undo[0], isMac()).join("+")}
      >
        {words.undo}
      </Button>
    </Group>
  );
}

/** What has ended can only be opened again, or blocked. */
function backOf({ state: was, snoozed_until }: Conversation, now: ConversationState): ConversationChange {
  if (now === "snoozed" && was === "snoozed") return { snoozed_until: snoozed_until ?? null };
  return { state: now === "snoozed" || was === "blocked" ? was : "open" };
}
