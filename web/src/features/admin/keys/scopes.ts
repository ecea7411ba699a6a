/** What keys may do, in an order for people, and sets of it that are wanted often. Pure. */

import { ownMoment } from "@/shared/lib/zones";
import type { Key, Scope } from "../api/keys";

/** In groups, so that nobody reads fourteen words in a row. What only the operator may hold is not among them. */
export const GROUPS = {
  messages: [
    "messages:send",
    "inbox:read",
    "inbox:write",
    "events:read",
    "campaigns:read",
    "campaigns:write",
    "reports:read",
  ],
  automatic: [
    "templates:read",
    "templates:write",
    "consent:write",
    "consent:manage",
    "notifications:send",
    "notifications:write",
    "automations:write",
  ],
  setup: ["connections:read", "connections:write", "desk:write"],
  workspace: [
    "people:read",
    "people:write",
    "tenants:read",
    "tenants:write",
    "keys:read",
    "keys:write",
    "audit:read",
    "embed:write",
    "outgoing-webhooks:write",
    "contacts:export",
    "contacts:erase",
  ],
} as const satisfies Record<string, readonly Scope[]>;

export type Group = keyof typeof GROUPS;
export type Granted = (typeof GROUPS)[Group][number];
/** What reaches across workspaces: the operator's alone. */
type Operators = "webhooks:replay" | "operations:read" | "operations:write";

// A scope that the API has and this list lacks does not compile.
export const NONE_FORGOTTEN: [Exclude<Scope, Granted | Operators>] extends [never] ? true : never = true;

export const GRANTABLE: readonly Scope[] = Object.values(GROUPS).flat();

export const PRESETS = {
  notify: ["messages:send"],
  integrate: ["messages:send", "inbox:read", "inbox:write", "events:read"],
  watch: ["inbox:read", "events:read"],
} as const satisfies Record<string, readonly Scope[]>;

export type Preset = keyof typeof PRESETS;

/** The preset that is exactly this set; null where none is. */
export function presetOf(scopes: ReadonlySet<string>): Preset | null {
  const same = (preset: readonly string[]) =>
    preset.length === scopes.size && preset.every((one) => scopes.has(one));
  return (Object.keys(PRESETS) as Preset[]).find((name) => same(PRESETS[name])) ?? null;
}

export type Expiry = "30" | "90" | "365" | "never" | "date";

/** The moment a key ends; null: never. `date` is a day of the reader's own calendar, of which the key lives to the end; null, too, where it is none. */
export function expiresAt(expiry: Expiry, date: string, now: Date): string | null {
  if (expiry === "never") return null;
  if (expiry === "date") return ownMoment(`${date}T23:59:59`);
  const end = new Date(now);
  end.setDate(end.getDate() + Number(expiry));
  return end.toISOString();
}

export type Life = "live" | "expired" | "revoked";

export function lifeOf(key: Pick<Key, "expires_at" | "revoked_at">, now: number): Life {
  if (key.revoked_at !== null) return "revoked";
  return key.expires_at !== null && Date.parse(key.expires_at) <= now ? "expired" : "live";
}
