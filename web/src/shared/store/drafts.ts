/** What was written and not sent, for each conversation and mode. Kept in the browser, so that it survives a reload and a switch. */

import type { Topic } from "./topics";
import type { Viewer } from "./types";

export type Mode = Viewer["mode"];

export class Drafts {
  private readonly prefix: string;
  private readonly touch: (topic: Topic) => void;
  private readonly texts = new Map<string, string>();
  private readonly moved = new Map<string, number>();

  constructor(owner: string, touch: (topic: Topic) => void) {
    this.prefix = `curbe.draft/${owner}/`;
    this.touch = touch;
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.prefix))
          this.texts.set(key.slice(this.prefix.length), localStorage.getItem(key) ?? "");
      }
    } catch {
      // the browser keeps nothing: drafts live as long as the page
    }
  }

  get(conversationId: string, mode: Mode): string {
    return this.texts.get(`${conversationId}/${mode}`) ?? "";
  }

  /** The draft that a list shows: a reply before a note. */
  shown(conversationId: string): string {
    return this.get(conversationId, "reply") || this.get(conversationId, "note");
  }

  set(conversationId: string, mode: Mode, text: string): void {
    const key = `${conversationId}/${mode}`;
    if (this.get(conversationId, mode) === text) return;
    if (text) this.texts.set(key, text);
    else this.texts.delete(key);
    try {
      if (text) localStorage.setItem(this.prefix + key, text);
      else localStorage.removeItem(this.prefix + key);
    } catch {
      // as above
    }
    this.touch(`draft/${conversationId}`);
  }

  /** Let what was written in a conversation go on in the one it has become part of, behind what was written there. */
  move(from: string, to: string): void {
    for (const mode of ["reply", "note"] as const) {
      const text = this.get(from, mode);
      if (!text) continue;
      const there = this.get(to, mode);
      this.moved.set(to, this.arrivals(to) + 1);
      this.set(to, mode, there ? `${there}\n${text}` : text);
      this.set(from, mode, "");
    }
  }

  /** How often a draft came here from elsewhere: a field that shows the one there was begins anew then. */
  arrivals(conversationId: string): number {
    return this.moved.get(conversationId) ?? 0;
  }

  /** Forget all of them, as when the user signs out of a machine that others use too. */
  clear(): void {
    for (const key of [...this.texts.keys()]) {
      const [conversationId = "", mode] = key.split("/");
      this.set(conversationId, mode as Mode, "");
    }
  }
}
