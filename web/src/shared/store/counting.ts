/** How counts follow what becomes of a conversation, until the server tells them again. Pure. */

import type { Conversation, Counts, Unread } from "./types";
import { belongs, type Tab, type View } from "./views";

const TABS: readonly Tab[] = ["mine", "unassigned", "all"];

/** A conversation before something happened and after it; undefined where it was not, or is no more. */
export interface Change {
  before: Conversation | undefined;
  after: Conversation | undefined;
}

/** Return the counts of the user `me` after a change; `saved` are their saved views, each with its unread conversations alone. */
export function counted(
  counts: Counts,
  { before, after }: Change,
  me: string | null,
  saved: ReadonlyMap<string, View>,
): Counts {
  const isIn = (one: Conversation | undefined, view: View) =>
    Number(one !== undefined && belongs(one, view, me));
  const step = (view: View) => isIn(after, view) - isIn(before, view);
  const next = { ...counts };
  for (const tab of TABS) {
    next[tab] = stepped(counts[tab], step({ tab }), counts.capped_at);
    const unread = `unread_${tab}` as const;
    next[unread] = stepped(counts[unread], step({ tab, unread: true }), counts.capped_at);
  }
  next.unread_connections = counts.unread_connections.map((one) =>
    unreadStepped(one, step({ tab: "all", connection: one.id, unread: true })),
  );
  next.unread_views = counts.unread_views.map((one) => {
    const view = saved.get(one.id);
    return view ? unreadStepped(one, step(view)) : one;
  });
  return next;
}

/** A count at its cap stands for "or more": steps do not tell anything then. */
function stepped(count: number, step: number, cap: number): number {
  return count >= cap ? count : Math.max(0, count + step);
}

function unreadStepped(unread: Unread, step: number): Unread {
  return unread.more ? unread : { ...unread, count: Math.max(0, unread.count + step) };
}
