/** What is wrong with the form, at its fields: what was seen here, and what the server refused. */

import { isProblem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import { type Faults, placeOf } from "../model/draft";
import { editorMessages } from "./messages";

export interface FaultWords {
  /** What to say at a field, by its name at the server. */
  at: (place: string) => string | undefined;
  /** What the server refused and no field is to blame for. */
  rest: string | null;
}

const VARIABLE = "variables.";
const FIELDS = /^(event|template|recipient|delay_seconds|variables\..+|conditions\[\d+\](\.value)?)$/;

/** `slots`: the values that are drawn; what is refused at another one is told below the form. */
export function useFaults(seen: Faults, error: unknown, slots: readonly (string | null)[]): FaultWords {
  const t = useMessages(editorMessages);
  const words = useRefusal()(error);
  const told = isProblem(error, "template_unknown")
    ? "template"
    : placeOf(isProblem(error) ? error.field : null);
  const slot = told?.startsWith(VARIABLE) ? told.slice(VARIABLE.length) : null;
  const placed = told !== null && FIELDS.test(told) && (slot === null || slots.includes(slot));
  return {
    at: (place) => {
      const fault = own(seen, place);
      if (fault) return t.fault[fault];
      return placed && told === place ? (words ?? undefined) : undefined;
    },
    rest: placed ? null : words,
  };
}
