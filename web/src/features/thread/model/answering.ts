/** Which messages can be answered with a quote or a reaction. Pure. */

import type { Message } from "@/shared/store/types";

/** Those that Meta has a name for and that the person still sees. */
export function canBeAnswered(message: Message): boolean {
  return message.provider_message_id !== null && message.revoked_at === undefined;
}
