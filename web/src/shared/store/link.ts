/**
 * The one connection to the tenant's log: a socket that resumes by cursor, the same log over HTTP while no socket opens, and the truth
 * about which of the two it is.
 */

import { isProblem } from "@/shared/api/problem";
import type { Backend } from "./backend";
import type { Timing } from "./topics";
import type { LoggedEvent } from "./types";

/**
 * live: what happens is here at once · catching_up: connected, and reading what was missed · reconnecting: the connection was lost ·
 * polling: no socket opens (a proxy that does not let it through? too many pages?), so the log is read every few seconds ·
 * offline: the server cannot be reached at all · ended: the session is over or was changed.
 */
export type LinkStatus =
  | "connecting"
  | "live"
  | "catching_up"
  | "reconnecting"
  | "polling"
  | "offline"
  | "ended";

export const FIRST_WAIT = 500;
export const LONGEST_WAIT = 15_000;
const SLOWER = 1.6; // each time; after a cut of some seconds the next try is not further away than the cut was long
const POLL_EVERY = 3_000;
const SOCKET_AGAIN = 15_000; // while polling
const OPEN_WITHIN = 8_000;
const PINGED_WITHIN = 25_000; // the server pings every 20 seconds
const SILENT_FOR = 45_000;
const TRIES_BEFORE_POLLING = 2;

const CLOSE = { UNAUTHORIZED: 4401, FORBIDDEN: 4403, CURSOR_EXPIRED: 4410, INVALID: 4422, TOO_MANY: 4429 };

export interface LinkEars {
  events(items: readonly LoggedEvent[]): void;
  /** A frame that is no part of the log, such as who is looking at what. */
  frame(frame: { type: string } & Record<string, unknown>): void;
  /** The log begins anew: everything has to be loaded again. Resolves once it is. */
  reset(): Promise<void>;
  status(status: LinkStatus): void;
  /** The server ended it: the session is over, or what it may do has changed. Resolves to whether to go on. */
  ended(): Promise<boolean>;
}

export class Link {
  status: LinkStatus = "connecting";
  private cursor: string;
  private socket: WebSocket | null = null;
  private readonly backend: Pick<Backend, "events" | "openSocket">;
  private readonly ears: LinkEars;
  private readonly timing: Timing;
  private readonly random: () => number;
  private stopped = false;
  private failures = 0; // since the last socket that lived
  private socketTriedAt = Number.NEGATIVE_INFINITY;
  private wake: () => void = () => undefined;
  private cut: () => void = () => undefined;
  private heardAt = 0;

  constructor(parts: {
    backend: Pick<Backend, "events" | "openSocket">;
    ears: LinkEars;
    timing: Timing;
    cursor: string;
    random?: () => number;
  }) {
    this.backend = parts.backend;
    this.ears = parts.ears;
    this.timing = parts.timing;
    this.cursor = parts.cursor;
    this.random = parts.random ?? Math.random;
  }

  /** Follow the log until `stop`, whatever goes wrong: nobody else would begin again. */
  async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.turn();
      } catch (error) {
        reportError(error);
      }
      if (!this.stopped) await this.pause(this.wait());
    }
  }

  /** Follow one socket to its end, and do what its end asks for. */
  private async turn(): Promise<void> {
    const code = this.isSocketDue() ? await this.follow() : null;
    if (this.stopped) return;
    // Too many pages are open: trying at once again would end the same.
    if (code === CLOSE.TOO_MANY) this.failures = Math.max(this.failures, TRIES_BEFORE_POLLING);
    if (code === CLOSE.CURSOR_EXPIRED || code === CLOSE.INVALID) await this.restart();
    else if (code === CLOSE.UNAUTHORIZED || code === CLOSE.FORBIDDEN) await this.renew();
    else await this.catchUp();
  }

  /** Try now: somebody looks at the page again, or the network is back (then what is open may lead nowhere). */
  nudge({ networkChanged = false } = {}): void {
    this.socketTriedAt = Number.NEGATIVE_INFINITY;
    const quiet = this.quiet();
    if (this.socket && (networkChanged || quiet > PINGED_WITHIN)) this.cut();
    else if (this.socket) void this.confirmLive();
    this.wake();
  }

  /** Say something to the server, if a socket is open. */
  say(frame: object): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  stop(): void {
    this.stopped = true;
    this.cut(); // a network that ate the goodbye would keep the watch on it going
    this.wake();
  }

  private isSocketDue(): boolean {
    // Also where the clock was set back meanwhile.
    return this.status !== "polling" || Math.abs(this.timing.now() - this.socketTriedAt) >= SOCKET_AGAIN;
  }

  /** Open a socket and read it to its end. Return the code it was closed with. */
  private follow(): Promise<number> {
    this.socketTriedAt = this.timing.now();
    const socket = this.backend.openSocket(this.cursor);
    this.socket = socket;
    this.heardAt = this.timing.now();
    return new Promise((resolve) => {
      let over = false;
      const end = (code: number): void => {
        if (over) return;
        over = true;
        unwatch();
        socket.onmessage = socket.onclose = socket.onerror = null;
        socket.close();
        if (this.socket === socket) this.socket = null;
        this.failures += 1;
        resolve(code);
      };
      this.cut = () => end(1006);
      const unwatch = this.watchSilence(this.cut);
      socket.onclose = (event) => end(event.code);
      socket.onerror = () => end(1006);
      socket.onmessage = (event) => this.hear(String(event.data));
    });
  }

  private hear(text: string): void {
    this.heardAt = this.timing.now();
    const frame = JSON.parse(text) as { type: string; cursor?: string; items?: LoggedEvent[] } & Record<
      string,
      unknown
    >;
    if (frame.type === "hello") {
      this.failures = 0;
      this.tell(this.status === "connecting" ? "live" : "catching_up");
      if (frame.cursor) this.cursor = frame.cursor;
      if (this.status === "catching_up") void this.confirmLive();
    } else if (frame.type === "events") {
      this.ears.events(frame.items ?? []);
      if (frame.cursor) this.cursor = frame.cursor;
    } else if (frame.type !== "ping") {
      this.ears.frame(frame);
    }
  }

  /** The socket does not say when what was missed has been told: the log over HTTP does. What comes twice changes nothing. */
  private async confirmLive(): Promise<void> {
    const socket = this.socket;
    try {
      let since = this.cursor;
      for (let more = true; more; ) {
        const page = await this.backend.events(since);
        if (this.socket !== socket) return;
        this.ears.events(page.items);
        since = page.next_cursor;
        more = page.more;
      }
    } catch (error) {
      if (!isProblem(error)) reportError(error); // what went wrong with the server the socket will tell
    }
    if (this.socket === socket && socket !== null) this.tell("live");
  }

  /** Read what was missed over HTTP, where no socket is open. */
  private async catchUp(): Promise<void> {
    const unheard = this.failures >= TRIES_BEFORE_POLLING;
    if (this.status === "live" || this.status === "catching_up") this.tell("reconnecting");
    try {
      for (let more = true; more && !this.stopped; ) {
        const page = await this.backend.events(this.cursor);
        this.ears.events(page.items);
        this.cursor = page.next_cursor;
        more = page.more;
      }
      if (unheard) this.tell("polling");
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.code === "cursor_expired") return this.restart();
      if (error.status === 401 || error.status === 403) return this.renew();
      this.tell("offline");
    }
  }

  private async restart(): Promise<void> {
    this.tell("catching_up");
    try {
      const now = await this.backend.events("now");
      this.cursor = now.next_cursor;
      await this.ears.reset();
      this.failures = 0;
    } catch (error) {
      if (!isProblem(error)) throw error;
      this.tell("offline");
    }
  }

  private async renew(): Promise<void> {
    this.tell("ended");
    if (await this.ears.ended()) this.tell("reconnecting");
    else this.stop();
  }

  /** Close what has said nothing for too long, also where the network ate the goodbye. */
  private watchSilence(silent: () => void): () => void {
    let cancel = (): void => undefined;
    const look = (): void => {
      const opening = this.socket?.readyState === 0;
      const quiet = this.quiet();
      if (quiet >= (opening ? OPEN_WITHIN : SILENT_FOR)) silent();
      else cancel = this.timing.later(look, opening ? OPEN_WITHIN : SILENT_FOR - quiet);
    };
    cancel = this.timing.later(look, OPEN_WITHIN);
    return () => cancel();
  }

  /** Milliseconds since something was heard; from anew where the clock was set back, or silence would pass for none until it has caught up. */
  private quiet(): number {
    const now = this.timing.now();
    this.heardAt = Math.min(this.heardAt, now);
    return now - this.heardAt;
  }

  private wait(): number {
    if (this.status === "polling") return POLL_EVERY;
    const step = Math.min(LONGEST_WAIT, FIRST_WAIT * SLOWER ** Math.max(0, this.failures - 1));
    return step * (0.5 + this.random() / 2); // many tabs must not come back in the same moment
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.timing.later(resolve, milliseconds);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }

  private tell(status: LinkStatus): void {
    if (this.status === status || this.stopped) return;
    this.status = status;
    this.ears.status(status);
  }
}
