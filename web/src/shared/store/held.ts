/**
 * Files that were chosen for somebody and not sent yet, for each conversation: switching to another leaves them where they are.
 *
 * In memory alone, as a browser keeps no files over a reload: see `InboxStore.wouldLose`.
 */

import type { Topic } from "./topics";

/** By conversation. */
export type HeldLists = Map<string, readonly HeldFile[]>;

/** By tenant and user: whoever looks into another workspace finds them where they were. */
const ofOwners = new Map<string, HeldLists>();

/** What somebody holds in a tenant, as long as this page lives. */
export function heldOf(owner: string): HeldLists {
  const lists = ofOwners.get(owner) ?? new Map();
  ofOwners.set(owner, lists);
  return lists;
}

/** Tell whether anything is held, in whatever workspace. */
export const holdsAny = (): boolean => [...ofOwners.values()].some((lists) => lists.size > 0);

/** What of a file is known here; the composer, which alone puts them in, knows more. */
export interface HeldFile {
  readonly id: string;
  readonly file: File;
  /** It as a URL of this page, to look at it or to hear it; null where neither goes. */
  readonly url: string | null;
}

const NONE: readonly HeldFile[] = [];

export class HeldFiles {
  private readonly lists: HeldLists;
  private readonly touch: (topic: Topic) => void;

  constructor(touch: (topic: Topic) => void, lists: HeldLists = new Map()) {
    this.touch = touch;
    this.lists = lists;
  }

  of(conversationId: string): readonly HeldFile[] {
    return this.lists.get(conversationId) ?? NONE;
  }

  any(): boolean {
    return this.lists.size > 0;
  }

  /** Put `list` in the place of what was held; what is not in it any more is let go. */
  set(conversationId: string, list: readonly HeldFile[]): void {
    const kept = new Set(list.map((one) => one.url));
    for (const { url } of this.of(conversationId))
      if (url !== null && !kept.has(url)) URL.revokeObjectURL(url);
    this.put(conversationId, list);
  }

  /** Let what is held for a conversation go on in the one it has become part of. */
  move(from: string, to: string): void {
    const list = this.of(from);
    if (list.length === 0) return;
    this.put(to, [...this.of(to), ...list]);
    this.put(from, NONE);
  }

  /** Let go of everything, as when the user signs out. */
  clear(): void {
    for (const conversationId of [...this.lists.keys()]) this.set(conversationId, NONE);
  }

  private put(conversationId: string, list: readonly HeldFile[]): void {
    if (list.length > 0) this.lists.set(conversationId, list);
    else this.lists.delete(conversationId);
    this.touch(`held/${conversationId}`);
  }
}
