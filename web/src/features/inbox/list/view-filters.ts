/** A list as a saved view keeps it, and back. Pure. */

import { AWAKE, type View } from "@/shared/store/views";
import type { ViewFilter } from "../api/saved-views";
import { PRIORITIES, SORTS, STATES, without } from "./view-params";

const ASSIGNEE = { mine: "me", unassigned: "none" } as const;

export function filterOf(view: View): ViewFilter {
  return {
    // A list that names no states leaves out what is put off and what is done; a filter that names none takes all.
    states: [...(view.states?.length ? view.states : AWAKE)],
    assignee: view.tab === "all" ? (view.assignee ?? null) : ASSIGNEE[view.tab],
    team_id: view.team ?? null,
    label_ids: [...(view.labels ?? [])],
    priorities: [...(view.priorities ?? [])],
    connection_id: view.connection ?? null,
    unread: view.unread ?? false,
    sort: view.sort ?? "latest",
  };
}

export function viewOfFilter(filter: ViewFilter): View {
  const { assignee = null, states = [] } = filter;
  const tab = assignee === "me" ? "mine" : assignee === "none" ? "unassigned" : "all";
  const named = states.length ? STATES.filter((state) => states.includes(state)) : STATES;
  const usual = named.length === AWAKE.length && AWAKE.every((state) => named.includes(state));
  return without({
    tab,
    states: usual ? null : named,
    labels: filter.label_ids ?? null,
    priorities: PRIORITIES.filter((priority) => filter.priorities?.includes(priority)),
    team: filter.team_id ?? null,
    connection: filter.connection_id ?? null,
    assignee: tab === "all" ? assignee : null,
    unread: filter.unread ?? false,
    sort: SORTS.find((sort) => sort === filter.sort) ?? null,
  });
}
