/** Which messages can be answered with a quote or a reaction. Pure. */

import type { Message } from "@/shared/store/types";

/** So old, in milliseconds, is the oldest message that Meta takes a reaction to [Meta: reaction messages, Dec 2025]. */
const REACTED_TO_FOR = 30 * 86_400_000;

/** Those that Meta has a name for and that the person still sees. */
export function canBeAnswered(message: Message): boolean {
  return message.provider_message_id !== null && message.revoked_at === undefined;
}

/** Of these the younger ones; what is given to an old one, or taken back from it, reaches nobody. */
export function canBeReactedTo(message: Message, now: number): boolean {
  return canBeAnswered(message) && now - Date.parse(message.created_at) < REACTED_TO_FOR;
}
