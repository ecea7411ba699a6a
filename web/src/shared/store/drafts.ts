/**
 * What was written and not sent, for each conversation and mode, and what it answers. Kept in the browser, so that it survives a reload
 * and a switch; the tabs of a browser share it.
 */

import type { Topic } from "./topics";
import type { Message, Viewer } from "./types";

export type Mode = Viewer["mode"];

const MODES = ["reply", "note"] as const satisfies Mode[];
/** Beside the modes: the message that a reply answers, as JSON, since it need not be loaded where the reply goes on. */
const QUOTE = "quote";

export class Drafts {
  private readonly prefix: string;
  private readonly touch: (topic: Topic) => void;
  private readonly texts = new Map<string, string>();
  private readonly quotes = new Map<string, Message>();
  private readonly arrived = new Map<string, number>();

  constructor(owner: string, touch: (topic: Topic) => void) {
    this.prefix = `curbe.draft/${owner}/`;
    this.touch = touch;
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.prefix))
          this.know(key.slice(this.prefix.length), localStorage.getItem(key) ?? "");
      }
    } catch {
      // the browser keeps nothing: drafts live as long as the page
    }
  }

  get(conversationId: string, mode: Mode): string {
    return this.texts.get(`${conversationId}/${mode}`) ?? "";
  }

  /** The message that the reply answers; the same object as long as it is the same. */
  quote(conversationId: string): Message | null {
    return this.quotes.get(conversationId) ?? null;
  }

  /** The draft that a list shows: a reply before a note. */
  shown(conversationId: string): string {
    return this.get(conversationId, "reply") || this.get(conversationId, "note");
  }

  /** The conversations in which something is written or quoted. */
  conversations(): Set<string> {
    return new Set([...this.texts.keys()].map((name) => name.slice(0, name.indexOf("/"))));
  }

  set(conversationId: string, mode: Mode, text: string): void {
    if (this.get(conversationId, mode) !== text) this.keep(`${conversationId}/${mode}`, text);
  }

  /** Put it behind what is written there, whoever is looking at it. */
  add(conversationId: string, mode: Mode, text: string): void {
    const there = this.get(conversationId, mode);
    this.arrive(conversationId);
    this.set(conversationId, mode, there ? `${there}\n${text}` : text);
  }

  /** Put it before what has been written there since, whoever is looking at it. */
  putBack(conversationId: string, mode: Mode, text: string): void {
    const since = this.get(conversationId, mode);
    this.arrive(conversationId);
    this.set(conversationId, mode, since ? `${text}\n${since}` : text);
  }

  setQuote(conversationId: string, message: Message | null): void {
    this.keep(`${conversationId}/${QUOTE}`, message === null ? "" : JSON.stringify(message));
  }

  /** Let what was written in a conversation go on in the one it has become part of, behind what was written there. */
  move(from: string, to: string): void {
    for (const mode of MODES) {
      const text = this.get(from, mode);
      if (!text) continue;
      this.add(to, mode, text);
      this.set(from, mode, "");
    }
    const quote = this.quote(from);
    if (quote === null) return;
    this.setQuote(from, null);
    if (this.quote(to) === null) this.setQuote(to, quote);
  }

  /** Keep nothing of what was written in a conversation. */
  forget(conversationId: string): void {
    this.arrive(conversationId);
    for (const kind of [...MODES, QUOTE]) this.keep(`${conversationId}/${kind}`, "");
  }

  /** Take up what another tab has written, sent or thrown away: what it sent must not be sent from here as well. */
  hear({ key, newValue }: Pick<StorageEvent, "key" | "newValue">): void {
    const gone = key === null ? [...this.texts.keys()] : []; // everything was thrown away
    const told = key?.startsWith(this.prefix) ? [key.slice(this.prefix.length)] : gone;
    for (const name of told) {
      this.know(name, newValue ?? "");
      const [conversationId = ""] = name.split("/");
      this.arrive(conversationId);
      this.touch(`draft/${conversationId}`);
    }
  }

  /** How often a draft came here from elsewhere: a field that shows the one there was takes it up then. */
  arrivals(conversationId: string): number {
    return this.arrived.get(conversationId) ?? 0;
  }

  /** Forget all of them, as when the user signs out of a machine that others use too. */
  clear(): void {
    for (const name of [...this.texts.keys()]) this.keep(name, "");
  }

  private arrive(conversationId: string): void {
    this.arrived.set(conversationId, this.arrivals(conversationId) + 1);
  }

  private keep(name: string, text: string): void {
    this.know(name, text);
    try {
      if (text) localStorage.setItem(this.prefix + name, text);
      else localStorage.removeItem(this.prefix + name);
    } catch {
      // as above
    }
    this.touch(`draft/${name.split("/", 1)[0]}`);
  }

  /** @param name `<conversation>/<mode>`, or `<conversation>/quote`. */
  private know(name: string, text: string): void {
    if (text) this.texts.set(name, text);
    else this.texts.delete(name);
    const [conversationId = "", kind] = name.split("/");
    if (kind !== QUOTE) return;
    const quote = text ? read(text) : null;
    if (quote) this.quotes.set(conversationId, quote);
    else this.quotes.delete(conversationId);
  }
}

function read(text: string): Message | null {
  try {
    return JSON.parse(text) as Message; // written by `setQuote` alone
  } catch {
    return null;
  }
}
