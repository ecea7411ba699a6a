/** Why nothing was sent, or what failed, in one sentence of the reader's language. */

import { problemMessages } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import { whyOf } from "@/shared/whatsapp/why";
import { whyMessages } from "@/shared/whatsapp/why-messages";
import type { Followed } from "../api/notifications";
import { notificationMessages } from "../messages";

/** Returns what to say of a reason: our own codes, the gate's, those of sending; the server's words for one that nobody foresaw. */
export function useReason(): (reason: string | null, detail: string | null) => string | null {
  const t = useMessages(notificationMessages);
  const why = useMessages(whyMessages);
  const problems = useMessages(problemMessages);
  return (reason, detail) =>
    reason === null
      ? null
      : (own(t.reason, reason) ??
        own(why.refused, reason) ??
        own(problems.byCode, reason) ??
        detail ??
        reason);
}

/** Returns why a message that was made has failed; null of one that has not. */
export function useFailure(): (followed: Followed) => string | null {
  const why = useMessages(whyMessages);
  return ({ failure, error_code }) => whyOf({ reason: failure, error_code }, why);
}
