/** A list as the address tells it, so that it can be linked to, and so that Back goes back. Pure. */

import type { ConversationState, Priority } from "@/shared/store/types";
import type { Tab, View } from "@/shared/store/views";

export const TABS: readonly Tab[] = ["mine", "unassigned", "all"];
export const STATES: readonly ConversationState[] = [
  "open",
  "waiting",
  "snoozed",
  "resolved",
  "archived",
  "blocked",
];
export const PRIORITIES: readonly Priority[] = ["urgent", "high", "medium", "low", "none"];

/** The orders of a list beside the usual one, which has the latest message first. */
export const SORTS = ["oldest", "priority"] as const satisfies readonly View["sort"][];

/** Members of the address that say which list is shown. */
const NAMES = ["tab", "state", "label", "priority", "team", "number", "assignee", "unread", "sort"] as const;

/** Tell whether an address says which list is meant. */
export function tellsView(params: URLSearchParams): boolean {
  return NAMES.some((name) => params.has(name));
}

export function viewOf(params: URLSearchParams): View {
  const tab = TABS.find((one) => one === params.get("tab")) ?? "all";
  const states = STATES.filter((state) => params.getAll("state").includes(state));
  const labels = params.getAll("label");
  const priorities = PRIORITIES.filter((priority) => params.getAll("priority").includes(priority));
  const sort = SORTS.find((one) => one === params.get("sort"));
  const [team, connection, assignee] = [params.get("team"), params.get("number"), params.get("assignee")];
  return {
    tab,
    ...(states.length && { states }),
    ...(labels.length && { labels }),
    ...(priorities.length && { priorities }),
    ...(team && { team }),
    ...(connection && { connection }),
    // Whose they are is what the other tabs say already.
    ...(assignee && tab === "all" && { assignee }),
    ...(params.has("unread") && { unread: true }),
    ...(sort && { sort }),
  };
}

/** Return the address's members with those of `view` in place of the former ones; others stay. */
export function paramsOf(view: View, former = new URLSearchParams()): URLSearchParams {
  const params = new URLSearchParams(former);
  for (const name of NAMES) params.delete(name);
  params.set("tab", view.tab);
  for (const state of view.states ?? []) params.append("state", state);
  for (const label of view.labels ?? []) params.append("label", label);
  for (const priority of view.priorities ?? []) params.append("priority", priority);
  if (view.team) params.set("team", view.team);
  if (view.connection) params.set("number", view.connection);
  if (view.assignee) params.set("assignee", view.assignee);
  if (view.unread) params.set("unread", "1");
  if (view.sort) params.set("sort", view.sort);
  return params;
}

/** Return how many filters narrow a list. */
export function filterCount({
  states,
  labels,
  priorities,
  team,
  connection,
  assignee,
  unread,
}: View): number {
  const single = [states?.length, priorities?.length, team, connection, assignee, unread].filter(
    Boolean,
  ).length;
  return single + (labels?.length ?? 0);
}

/** Return the list without its filters, in its order. */
export function unfiltered({ sort }: View, tab: Tab): View {
  return { tab, ...(sort && { sort }) };
}

/** A view without the members that do not filter, so that it is the same list as one that never had them. */
export function without(view: { [Name in keyof View]: View[Name] | null }): View {
  const kept = Object.entries(view).filter(
    ([, value]) =>
      value !== null &&
      value !== undefined &&
      value !== false &&
      !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept) as unknown as View;
}
