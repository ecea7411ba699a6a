/** Why a row is nobody's message, in the reader's words: the server tells a code and what that is about. Pure. */

import { type PhoneFault, phoneFaultOf } from "@/shared/whatsapp/phone-faults";

const OF_A_VARIABLE = [
  "variable_missing",
  "variable_not_one_line",
  "variable_too_long",
  "variable_unfit",
] as const;
type OfAVariable = (typeof OF_A_VARIABLE)[number];

export type FaultWord =
  | { key: "phone_missing" | "phone_rounded" }
  | { key: "phone_invalid"; why: PhoneFault }
  | { key: OfAVariable; variable: string }
  | { key: "duplicate_line"; line: string }
  | { key: "duplicate_person" }
  | { key: "other"; detail: string };

interface Told {
  reason: string;
  about: string;
  detail: string;
}

export function faultOf({ reason, about, detail }: Told): FaultWord {
  switch (reason) {
    case "phone_missing":
    case "phone_rounded":
      return { key: reason };
    case "phone_invalid":
      return { key: reason, why: phoneFaultOf(about) };
    case "duplicate":
      return about ? { key: "duplicate_line", line: about } : { key: "duplicate_person" };
  }
  const key = OF_A_VARIABLE.find((one) => one === reason);
  return key ? { key, variable: about } : { key: "other", detail: detail || reason };
}
