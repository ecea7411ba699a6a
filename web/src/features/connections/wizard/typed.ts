/** What is typed into the form, before Meta is asked: faults that one can see. Pure. */

import type { Field } from "../standing";

export type Typed = Record<Field, string>;
export type Fault = "missing" | "notAnId" | "looksLikePhone" | "tokenShort";

export const EMPTY: Typed = { access_token: "", waba_id: "", phone_number_id: "" };

const SHORTEST_TOKEN = 20;
const ID = /^\d{5,32}$/;
// A phone number has at most 15 digits, and people write it with a plus or with gaps; Meta's ids have neither.
const LIKE_A_PHONE = /^\+|^\d{1,4}[\s-]\d/;

/** Copied texts come with space around them, and ids sometimes with the words before them. */
export function cleaned(typed: Typed): Typed {
  return {
    access_token: typed.access_token.replace(/\s+/g, ""),
    waba_id: typed.waba_id.trim(),
    phone_number_id: typed.phone_number_id.trim(),
  };
}

/** Returns what is wrong with each field, by sight. */
export function faultsIn(typed: Typed): Partial<Record<Field, Fault>> {
  const { access_token, waba_id, phone_number_id } = cleaned(typed);
  const faults: Partial<Record<Field, Fault>> = {};
  if (access_token === "") faults.access_token = "missing";
  else if (access_token.length < SHORTEST_TOKEN) faults.access_token = "tokenShort";
  for (const [field, id] of [
    ["waba_id", waba_id],
    ["phone_number_id", phone_number_id],
  ] as const) {
    if (id === "") faults[field] = "missing";
    else if (LIKE_A_PHONE.test(id)) faults[field] = "looksLikePhone";
    else if (!ID.test(id)) faults[field] = "notAnId";
  }
  return faults;
}
