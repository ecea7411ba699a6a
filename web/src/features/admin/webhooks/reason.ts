/** Why a server did not take something, in half a sentence of the reader's language. */

import { useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import type { DeliveryReason } from "../api/webhooks";
import { deliveryMessages } from "./delivery-messages";

type Worded = keyof (typeof deliveryMessages)["en"]["reason"];

// A reason that the API has and the words lack does not compile.
export const NONE_WORDLESS: [Exclude<DeliveryReason, Worded>] extends [never] ? true : never = true;

/** Returns what to say; the API's own word for a reason that nobody foresaw, null of none. */
export function useReason(): (reason: string | null, status: number | null) => string | null {
  const t = useMessages(deliveryMessages);
  return (reason, status) => {
    if (reason === null) return null;
    if (reason === "status" && status !== null) return t.answered(status);
    return own(t.reason, reason) ?? reason;
  };
}
