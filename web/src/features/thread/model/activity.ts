/** What colleagues did to a conversation, read out of an activity line. Pure. */

import type { Annotation } from "@/shared/store/types";
import { at, objectsIn, textIn } from "@/shared/whatsapp/reading";

export type Activity =
  /** To whom: a user's id. */
  | { kind: "assignee"; to: string | null }
  /** Teams and labels by their names, as they were called then. */
  | { kind: "team"; to: string | null }
  | { kind: "labels"; added: string[]; removed: string[] }
  | { kind: "state"; to: string }
  | { kind: "priority"; to: string }
  | { kind: "snoozed"; until: string }
  | { kind: "merged" }
  | { kind: "other"; type: string };

export function activityOf({ activity }: Annotation): Activity {
  const type = activity?.type ?? "";
  switch (type) {
    case "assigned":
      return { kind: "assignee", to: textIn(activity?.["assignee_id"]) };
    case "team":
      return { kind: "team", to: textIn(at(activity, "team", "name")) };
    case "labels":
      return { kind: "labels", added: namesIn(activity?.["added"]), removed: namesIn(activity?.["removed"]) };
    case "state": {
      const to = textIn(activity?.["state"]) ?? "";
      const until = textIn(activity?.["snoozed_until"]);
      return to === "snoozed" && until !== null ? { kind: "snoozed", until } : { kind: "state", to };
    }
    case "priority":
      return { kind: "priority", to: textIn(activity?.["priority"]) ?? "" };
    case "merged":
      return { kind: "merged" };
    default:
      return { kind: "other", type };
  }
}

function namesIn(value: unknown): string[] {
  return objectsIn(value).flatMap((one) => textIn(one["name"]) ?? []);
}
