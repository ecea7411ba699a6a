/** Which entries are wanted, as it is chosen on the page. Pure. */

import { ownMoment } from "@/shared/lib/zones";
import type { AuditFilters } from "../api/audit";

export interface Chosen {
  /** "": anybody; "people", "system", or an actor as in a row. */
  who: string;
  /** "": all but messages; "all"; or a category. */
  about: string;
  /** Days of the reader's calendar, both included; "" and what is none: open. */
  since: string;
  until: string;
}

export const NOTHING_CHOSEN: Chosen = { who: "", about: "", since: "", until: "" };

export function filtersOf({ who, about, since, until }: Chosen): AuditFilters {
  return {
    who: who === "people" || who === "system" ? who : null,
    actor: who.includes(":") ? who : null,
    about: about === "" || about === "all" ? null : about,
    quiet: about !== "all" && about !== "webhook",
    since: ownMoment(`${since}T00:00:00`),
    until: dayAfter(until),
  };
}

/** The first moment after a day: the API takes the end of a span as not included. */
function dayAfter(day: string): string | null {
  const at = new Date(`${day}T00:00:00`);
  at.setDate(at.getDate() + 1);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
