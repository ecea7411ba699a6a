/** Why a row is nobody's message, in the reader's words: the server tells a code, and a detail in English. Pure. */

import { type PhoneFault, phoneFaultOf } from "@/shared/whatsapp/phone-faults";

export type FaultWord =
  | { key: "phone_missing" | "phone_rounded" }
  | { key: "phone_invalid"; why: PhoneFault }
  | { key: "variable_missing"; variable: string }
  | { key: "variable_gaps" | "variable_long" | "variable_unfit"; variable: string }
  | { key: "duplicate_line"; line: number }
  | { key: "duplicate_person" }
  | { key: "other"; detail: string };

export function faultOf({ reason, detail }: { reason: string; detail: string }): FaultWord {
  switch (reason) {
    case "phone_missing":
    case "phone_rounded":
      return { key: reason };
    case "phone_invalid":
      return { key: reason, why: phoneFaultOf(detail) };
    case "variable_missing":
      return { key: reason, variable: /for (\S+)$/.exec(detail)?.[1] ?? "" };
    case "variable_unfit": {
      const variable = /^(\S+) (?:holds|is)/.exec(detail)?.[1] ?? "";
      if (/line break|tab|spaces/.test(detail)) return { key: "variable_gaps", variable };
      return { key: /too long/.test(detail) ? "variable_long" : "variable_unfit", variable };
    }
    case "duplicate": {
      const line = /line (\d+)/.exec(detail)?.[1];
      return line ? { key: "duplicate_line", line: Number(line) } : { key: "duplicate_person" };
    }
    default:
      return { key: "other", detail: detail || reason };
  }
}
