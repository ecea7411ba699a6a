/** The kinds of events a webhook can be told, in groups for people. Pure. */

import type { EventType } from "../api/webhooks";

export const GROUPS = {
  received: ["message_received", "message_edited", "message_revoked", "message_reacted", "message_echoed"],
  sent: [
    "message_queued",
    "message_accepted",
    "message_sent",
    "message_delivered",
    "message_read",
    "message_played",
    "message_failed",
    "message_unknown",
  ],
  files: ["media_stored", "media_failed"],
  conversations: ["conversation_updated", "annotation_added", "annotation_changed", "mention"],
  contacts: ["contact_merged", "contact_parted", "contact_erased", "preference_changed", "consent_changed"],
  whatsapp: [
    "template_updated",
    "campaign_updated",
    "campaign_deleted",
    "connection_updated",
    "notice_received",
  ],
  workspace: [
    "labels_changed",
    "teams_changed",
    "canned_replies_changed",
    "saved_views_changed",
    "automations_changed",
    "people_changed",
  ],
} as const satisfies Record<string, readonly EventType[]>;

export type EventGroup = keyof typeof GROUPS;
type Grouped = (typeof GROUPS)[EventGroup][number];

// An event that the API has and this list lacks does not compile.
export const NONE_FORGOTTEN: [Exclude<EventType, Grouped>] extends [never] ? true : never = true;

export const EVENT_GROUPS = Object.keys(GROUPS) as EventGroup[];

/** The set with these in it, or, where all of them were in it, without them. */
export function toggled(chosen: ReadonlySet<string>, these: readonly string[]): ReadonlySet<string> {
  const after = new Set(chosen);
  const whole = these.every((one) => chosen.has(one));
  for (const one of these) {
    if (whole) after.delete(one);
    else after.add(one);
  }
  return after;
}
