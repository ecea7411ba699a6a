/** The tabs of one browser agree on which of them tells of a message. Where they cannot talk to each other, each is alone. */

import { newId } from "@/shared/store/ids";
import { type Claim, rings } from "./ringing";

const NAME = "curbe.ring";
const CLAIMS_WITHIN = 120; // milliseconds: events reach the tabs of one browser almost together

interface Said extends Claim {
  about: string;
}

export class OneTab {
  private readonly tab = newId();
  private seenAt = document.hasFocus() ? Date.now() : 0;
  private readonly heard: Said[] = [];
  private readonly channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAME) : null;

  constructor() {
    if (this.channel) this.channel.onmessage = ({ data }) => this.hear(data as Said);
  }

  /** Somebody looks at this tab. */
  seen(): void {
    this.seenAt = Date.now();
  }

  /** Resolves to whether it is this tab that tells of `about`. */
  async isMine(about: string): Promise<boolean> {
    const mine: Said = { tab: this.tab, seenAt: this.seenAt, about };
    this.channel?.postMessage(mine);
    await new Promise((resolve) => setTimeout(resolve, CLAIMS_WITHIN));
    return rings(
      mine,
      this.heard.filter((other) => other.about === about),
    );
  }

  close(): void {
    this.channel?.close();
  }

  private hear(said: Said): void {
    this.heard.push(said);
    if (this.heard.length > 100) this.heard.shift();
  }
}
