/** Canned replies: which fit what is typed after a `/`, and their variables filled in. Pure. */

import { folded } from "./folded";

export interface CannedReply {
  id: string;
  shortcut: string;
  title: string;
  body: string;
}

export interface CannedValues {
  contact_name: string;
  contact_phone: string;
  agent_name: string;
  business_name: string;
}

/** The body as it goes into the field. One without a value leaves nothing behind, nor a space before it; as the server renders it. */
export function filledIn(body: string, values: CannedValues): string {
  const known: Record<string, string | undefined> = { ...values };
  // With the space around the name: a pattern that leaves it out tries every way to share a long one among its parts, for minutes.
  return body.replace(/([ \t]?)\{\{([^{}]*)\}\}/g, (whole, space: string, name: string) => {
    const value = known[name.trim()];
    return value === undefined ? whole : value && space + value;
  });
}

/** Those that fit, the ones whose shortcut begins so first. */
export function fitting(replies: readonly CannedReply[], query: string, most: number): CannedReply[] {
  const wanted = folded(query);
  const ranked = replies.flatMap((reply) => {
    const shortcut = folded(reply.shortcut.replace(/^\//, ""));
    if (shortcut.startsWith(wanted)) return [{ reply, rank: 0 }];
    if (folded(reply.title).includes(wanted)) return [{ reply, rank: 1 }];
    return wanted.length > 1 && folded(reply.body).includes(wanted) ? [{ reply, rank: 2 }] : [];
  });
  return ranked
    .sort((one, other) => one.rank - other.rank || one.reply.shortcut.localeCompare(other.reply.shortcut))
    .slice(0, most)
    .map(({ reply }) => reply);
}
