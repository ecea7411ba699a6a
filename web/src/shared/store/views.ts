/** The lists of the inbox: which conversations belong to one, and in what order. Pure. */

import { comparePlaces, type Place } from "./moments";
import type { Conversation, ConversationState, Priority } from "./types";

export type Tab = "mine" | "unassigned" | "all";

/** A list: a tab, and what is filtered. Members that are absent do not filter. */
export interface View {
  tab: Tab;
  /** `AWAKE` where absent: what is put off is out of sight. */
  states?: readonly ConversationState[];
  labels?: readonly string[];
  /** One of these. */
  priorities?: readonly Priority[];
  team?: string;
  connection?: string;
  assignee?: string;
  unread?: boolean;
  /** What wrote last is first where absent; `oldest`: who has waited longest; `priority`: the most pressing, and of those what wrote last. */
  sort?: "oldest" | "priority";
}

export const AWAKE: readonly ConversationState[] = ["open", "waiting"];

/** Return a text that is the same for the same list. */
export function keyOfView(view: View): string {
  return JSON.stringify([
    view.tab,
    [...(view.states ?? [])].sort(),
    [...(view.labels ?? [])].sort(),
    [...(view.priorities ?? [])].sort(),
    view.team ?? null,
    view.connection ?? null,
    view.assignee ?? null,
    view.unread ?? false,
    view.sort ?? null,
  ]);
}

/** Tell whether a conversation belongs to a list of the user `me`. One in which nothing was said yet belongs to none. */
export function belongs(conversation: Conversation, view: View, me: string | null): boolean {
  if (conversation.last_message_at === null) return false;
  if (!inTab(conversation, view.tab, me)) return false;
  if (!(view.states?.length ? view.states : AWAKE).includes(conversation.state)) return false;
  if (view.unread && conversation.unread_count === 0) return false;
  if (view.priorities?.length && !view.priorities.includes(conversation.priority ?? "none")) return false;
  if (view.team !== undefined && conversation.team_id !== view.team) return false;
  if (view.connection !== undefined && conversation.connection_id !== view.connection) return false;
  if (view.assignee !== undefined && conversation.assignee_id !== view.assignee) return false;
  return (view.labels ?? []).every((label) => conversation.label_ids?.includes(label) ?? false);
}

function inTab(conversation: Conversation, tab: Tab, me: string | null): boolean {
  if (tab === "all") return true;
  const assignee = conversation.assignee_id ?? null;
  return tab === "unassigned" ? assignee === null : assignee !== null && assignee === me;
}

/** How pressing a priority is. */
const RANKS: Record<Priority, number> = { none: 0, low: 1, medium: 2, high: 3, urgent: 4 };

/** A place in a list; `rank` is how pressing what stands there is, and 0 in a list that is not sorted by that. */
export interface ListPlace extends Place {
  rank: number;
}

/** Return where a conversation stands in a list of that order. */
export function placeOf(conversation: Conversation, sort?: View["sort"]): ListPlace {
  const rank = sort === "priority" ? RANKS[conversation.priority ?? "none"] : 0;
  return { rank, at: conversation.last_message_at ?? "", id: conversation.id };
}

/** Return what compares two places of a list of that order: below zero where the first is shown first. */
export function inOrder(sort?: View["sort"]): (one: ListPlace, other: ListPlace) => number {
  if (sort === "oldest") return comparePlaces;
  return (one, other) => other.rank - one.rank || comparePlaces(other, one);
}

/**
 * The ids of one list in its order: the latest first, the oldest, or the most pressing.
 *
 * `ids` has all that are known; the first `count` of them are shown. What lies below the last loaded page waits: of the pages between,
 * nothing is known yet.
 */
export class OrderedList {
  readonly ids: string[] = [];
  private readonly places = new Map<string, ListPlace>();
  private readonly compare: (one: ListPlace, other: ListPlace) => number;
  private end: ListPlace | null;

  constructor(sort?: View["sort"]) {
    this.compare = inOrder(sort);
    const at = sort === "oldest" ? "0001-01-01T00:00:00Z" : "9999-12-31T00:00:00Z";
    this.end = { rank: Number.POSITIVE_INFINITY, at, id: "" };
  }

  get count(): number {
    return this.end === null ? this.ids.length : this.indexOf(this.end);
  }

  /** Let the list reach down to `place` (null: to its very end). */
  extend(place: ListPlace | null): void {
    this.end = place;
  }

  /** Put a conversation where it belongs (null: nowhere). Return whether the list changed. */
  put(id: string, place: ListPlace | null): boolean {
    const before = this.places.get(id);
    if (before && place && this.compare(before, place) === 0) return false;
    if (before) this.ids.splice(this.indexOf(before) - 1, 1);
    this.places.delete(id);
    if (place) {
      this.ids.splice(this.indexOf(place), 0, id);
      this.places.set(id, place);
    }
    return before !== undefined || place !== null;
  }

  indexOfId(id: string): number {
    const place = this.places.get(id);
    return place ? this.indexOf(place) - 1 : -1;
  }

  placeOfId(id: string): ListPlace | undefined {
    return this.places.get(id);
  }

  /** Return the first that stands below `place` (1) or above it (-1), whoever stands there now; never `except`. */
  beside(place: ListPlace, by: 1 | -1, except: string): string | undefined {
    let index = by === 1 ? this.indexOf(place) : this.indexOf(place) - 1;
    while (this.ids[index] === except) index += by;
    return index < this.count ? this.ids[index] : undefined;
  }

  /** Return how many stand at `place` or above it. */
  private indexOf(place: ListPlace): number {
    let low = 0;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(this.places.get(this.ids[middle] ?? "") ?? place, place) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
