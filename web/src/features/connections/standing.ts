/** How a number stands, read from Meta's words: what is good, what wants attention, what stops it. Pure. */

import { isProblem } from "@/shared/api/problem";
import type { Tone } from "@/shared/ui/tone";
import type { Check, Connection } from "./api/status";

const DAY = 86_400_000;
const EXPIRES_SOON = 14 * DAY;
/** A number this young need not have been written to yet. */
const NEW = DAY / 24;
const HEARD_LATELY = 2 * DAY;

export type StatusWord = "active" | "unregistered" | "paused" | "disconnected" | "pending";

export function statusOf(connection: Pick<Connection, "status" | "needs_registration">): {
  word: StatusWord;
  tone: Tone;
} {
  switch (connection.status) {
    case "active":
      if (connection.needs_registration) return { word: "unregistered", tone: "warn" };
      return { word: "active", tone: "good" };
    case "error":
      return { word: "paused", tone: "warn" };
    case "revoked":
      return { word: "disconnected", tone: "quiet" };
    default:
      return { word: "pending", tone: "quiet" };
  }
}

export type QualityWord = "high" | "medium" | "low" | "unknown";

/** Meta rates how people take a number's messages: GREEN, YELLOW, RED; anything else says nothing yet. */
export function qualityOf(rating: string | null): { word: QualityWord; tone: Tone } {
  switch (rating) {
    case "GREEN":
      return { word: "high", tone: "good" };
    case "YELLOW":
      return { word: "medium", tone: "warn" };
    case "RED":
      return { word: "low", tone: "bad" };
    default:
      return { word: "unknown", tone: "quiet" };
  }
}

/** How many people one may write to first in 24 hours: TIER_250, TIER_2K, TIER_UNLIMITED. Infinity: all. null: not told. */
export function limitOf(tier: string | null): number | null {
  if (tier === null) return null;
  if (tier.endsWith("UNLIMITED")) return Number.POSITIVE_INFINITY;
  const found = /^TIER_(\d+)(K|M)?$/.exec(tier);
  if (!found) return null;
  return Number(found[1]) * (found[2] === "K" ? 1_000 : found[2] === "M" ? 1_000_000 : 1);
}

export type NameWord = "approved" | "review" | "declined" | "expired" | "none";

const NAMES: Record<string, { word: NameWord; tone: Tone }> = {
  APPROVED: { word: "approved", tone: "good" },
  AVAILABLE_WITHOUT_REVIEW: { word: "approved", tone: "good" },
  PENDING_REVIEW: { word: "review", tone: "warn" },
  DEFERRED: { word: "review", tone: "warn" },
  DECLINED: { word: "declined", tone: "bad" },
  REJECTED: { word: "declined", tone: "bad" },
  EXPIRED: { word: "expired", tone: "bad" },
};

export function nameOf(status: string | null): { word: NameWord; tone: Tone } {
  return NAMES[status ?? ""] ?? { word: "none", tone: "quiet" };
}

export type NumberWord = "registered" | "unregistered" | "blocked" | "none";

const NUMBERS: Record<string, { word: NumberWord; tone: Tone }> = {
  CONNECTED: { word: "registered", tone: "good" },
  FLAGGED: { word: "registered", tone: "warn" },
  PENDING: { word: "unregistered", tone: "quiet" },
  UNVERIFIED: { word: "unregistered", tone: "quiet" },
  DISCONNECTED: { word: "unregistered", tone: "quiet" },
  BANNED: { word: "blocked", tone: "bad" },
  RESTRICTED: { word: "blocked", tone: "bad" },
};

/** How Meta has a number that is not connected here yet; one that is not registered is when it is connected. */
export function numberStatusOf(status: string | null): { word: NumberWord; tone: Tone } {
  return NUMBERS[status ?? ""] ?? { word: "none", tone: "quiet" };
}

export type TokenWord = "endless" | "later" | "soon" | "expired";

export function tokenOf(expiresAt: string | null, now: number): { word: TokenWord; tone: Tone } {
  if (expiresAt === null) return { word: "endless", tone: "good" };
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return { word: "expired", tone: "bad" };
  return left < EXPIRES_SOON ? { word: "soon", tone: "warn" } : { word: "later", tone: "good" };
}

export type WebhookWord = "heard" | "waiting" | "silent";

/** Whether Meta's webhooks arrive: a number that is connected for a while and was never heard of has a fault in its set-up. */
export function webhookOf(
  connection: Pick<Connection, "last_webhook_at" | "created_at" | "facts_at">,
  now: number,
): { word: WebhookWord; tone: Tone } {
  if (connection.last_webhook_at !== null) {
    // A quiet number need not be broken, but what came long ago proves nothing of today.
    return {
      word: "heard",
      tone: now - Date.parse(connection.last_webhook_at) < HEARD_LATELY ? "good" : "quiet",
    };
  }
  const since = Date.parse(connection.facts_at ?? connection.created_at);
  return now - since < NEW ? { word: "waiting", tone: "quiet" } : { word: "silent", tone: "warn" };
}

/** The code of what the last try at registering a number came to; null where there was none, or it went well. */
export function lastTry(
  { registration_problem }: Pick<Connection, "registration_problem">,
  error: unknown,
): string | null {
  return isProblem(error) ? error.code : registration_problem;
}

/** What ends a pause: Meta lifts it by itself, a new token, registering the number, or a person who says that the cause is gone. */
export type PauseEnd = "by_itself" | "reconnect" | "register" | "resume";

const ENDED_BY_CONNECTING = new Set(["deleted", "partner_removed", "app_uninstalled"]);
/** Meta's codes of a token that is dead or lacks a permission: nothing but a new one helps. */
const TOKEN_CODES = /\bcode (0|3|10|33|104|190|2\d\d|131005)\b/;

const NOT_REGISTERED = /\bcode 133010\b/;

export function endOfPause(connection: Pick<Connection, "pause_cause" | "pause_reason">): PauseEnd {
  if (connection.pause_cause !== null) {
    return ENDED_BY_CONNECTING.has(connection.pause_cause) ? "reconnect" : "by_itself";
  }
  const reason = connection.pause_reason ?? "";
  if (NOT_REGISTERED.test(reason)) return "register";
  return TOKEN_CODES.test(reason) ? "reconnect" : "resume";
}

export type Field = "access_token" | "waba_id" | "phone_number_id";

const FIELD_BY_CODE: Record<string, Field> = {
  token_refused: "access_token",
  wrong_app: "access_token",
  missing_permission: "access_token",
  number_not_on_waba: "waba_id",
  number_not_readable: "phone_number_id",
};

/** Which field of the form a failed step is about; null where none is to blame. */
export function fieldOf({ name, code }: Pick<Check, "name" | "code">): Field | null {
  // Both ids can be unreadable; the step says which was read.
  if (name === "waba" && code !== "token_refused") return "waba_id";
  return FIELD_BY_CODE[code ?? ""] ?? null;
}
