/** What a rule is called: by its team, else by its event. Pure. */

import type { Rule } from "../api/notifications";

export function nameOf(rule: Rule | null | undefined): string {
  return rule?.name || (rule?.event ?? "");
}
