/** How a webhook stands, from what the API tells of it. Pure. */

import type { Tone } from "@/shared/ui/tone";
import type { Delivery, DeliveryState, Webhook } from "../api/webhooks";

export type Standing = "healthy" | "untried" | "failing" | "off" | "given_up" | "gone";

export const TONES: Record<Standing, Tone> = {
  healthy: "good",
  untried: "quiet",
  failing: "warn",
  off: "quiet",
  given_up: "bad",
  gone: "bad",
};

export const STATE_TONES: Record<DeliveryState, Tone> = {
  waiting: "quiet",
  delivered: "good",
  failed: "bad",
};

export function standingOf(webhook: Webhook): Standing {
  if (!webhook.enabled) {
    if (webhook.disabled_reason === "failing") return "given_up";
    return webhook.disabled_reason === "gone" ? "gone" : "off";
  }
  if (webhook.failing_since !== null) return "failing";
  return webhook.last_delivered_at === null ? "untried" : "healthy";
}

/** What to call it: as somebody described it, else its server. */
export function nameOf({ url, description }: Pick<Webhook, "url" | "description">): string {
  return description.trim() || (URL.canParse(url) ? new URL(url).host : url);
}

/** Whether this can be an address at all; whether it is allowed is the server's to say. */
export function isAddress(text: string): boolean {
  return /^https?:\/\/./i.test(text) && URL.canParse(text);
}

/** A delivery that was refused and is tried again by itself. */
export function isRetried(delivery: Pick<Delivery, "state" | "attempts">): boolean {
  return delivery.state === "waiting" && delivery.attempts > 0;
}
