/** What colleagues did to a conversation, read out of an activity line. Pure. */

import type { Annotation } from "@/shared/store/types";
import { textIn, textsIn } from "./reading";

export type Activity =
  | { kind: "assignee"; to: string | null }
  | { kind: "team"; to: string | null }
  | { kind: "labels"; added: string[]; removed: string[] }
  | { kind: "state"; to: string }
  | { kind: "snoozed"; until: string }
  | { kind: "merged" }
  | { kind: "parted" }
  | { kind: "other"; type: string };

export function activityOf({ activity }: Annotation): Activity {
  const type = activity?.type ?? "";
  switch (type) {
    case "assigned":
      return { kind: "assignee", to: textIn(activity?.["assignee_id"]) };
    case "team":
      return { kind: "team", to: textIn(activity?.["team_id"]) };
    case "labels":
      return { kind: "labels", added: textsIn(activity?.["added"]), removed: textsIn(activity?.["removed"]) };
    case "state": {
      const to = textIn(activity?.["state"]) ?? "";
      const until = textIn(activity?.["snoozed_until"]);
      return to === "snoozed" && until !== null ? { kind: "snoozed", until } : { kind: "state", to };
    }
    case "merged":
      return { kind: "merged" };
    case "parted":
      return { kind: "parted" };
    default:
      return { kind: "other", type };
  }
}
