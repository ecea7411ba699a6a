/** What the list is narrowed to: a panel to choose from, and what was chosen as chips that can be taken away. */

import { Indicator } from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import type { View } from "@/shared/store/views";
import { OverlayOnDemand } from "@/shared/ui/overlay-on-demand";
import { savedViewsQuery } from "../api/saved-views";
import classes from "./filters.module.css";
import { HeadButton } from "./head-button";
import { listMessages } from "./messages";
import { savedViewMessages } from "./saved-view-messages";
import { filterCount, without } from "./view-params";

const load = () => import("./filter-popover");
const FilterPopover = lazy(async () => ({ default: (await load()).FilterPopover }));

export interface FilterProps {
  view: View;
  onView: (view: View) => void;
}

export function FilterButton({ view, onView }: FilterProps) {
  const t = useMessages(listMessages);
  return (
    <OverlayOnDemand
      load={load}
      overlay={FilterPopover}
      given={{ view, onView }}
      as={HeadButton}
      button={{
        "aria-haspopup": "dialog",
        "aria-label": t.filter,
        title: t.filter,
        children: (
          <Indicator disabled={filterCount(view) === 0} size={8} offset={1} color="brand">
            <IconFilter size={19} stroke={1.7} display="block" />
          </Indicator>
        ),
      }}
    />
  );
}

/** The filters in force and an order that is not the usual one, each with a way to take it off. */
export function FilterChips({ view, onView }: FilterProps) {
  const t = useMessages(listMessages);
  const labels = useDirectory("labels");
  const teams = useDirectory("teams");
  const people = useDirectory("people");
  const connections = useDirectory("connections");
  const { gone: goneWords } = useMessages(savedViewMessages);
  const { data: saved = [] } = useQuery(savedViewsQuery(useTenant().tenant_id));
  const gone = new Set(saved.flatMap((one) => one.gone));
  const chips: { key: string; words: string; left: View }[] = [];
  const add = (key: string, words: string | null | undefined, change: Parameters<typeof without>[0]) =>
    chips.push({ key, words: words ?? "…", left: without(change) });
  /** What is not known may only not be here yet; a saved view says which of its things are gone for good. */
  const nameOf = (id: string, name: string | null | undefined, kind: keyof typeof goneWords) =>
    name ?? (gone.has(id) ? goneWords[kind] : null);
  for (const state of view.states ?? []) {
    add(state, t.states[state], { ...view, states: (view.states ?? []).filter((one) => one !== state) });
  }
  if (view.unread) add("unread", t.unreadOnly, { ...view, unread: false });
  for (const id of view.labels ?? []) {
    add(id, nameOf(id, labels.get(id)?.name, "label"), {
      ...view,
      labels: (view.labels ?? []).filter((one) => one !== id),
    });
  }
  for (const priority of view.priorities ?? []) {
    add(`priority ${priority}`, t.priorityIs(t.priorities[priority]), {
      ...view,
      priorities: (view.priorities ?? []).filter((one) => one !== priority),
    });
  }
  const { team, connection, assignee } = view;
  if (team) add("team", nameOf(team, teams.get(team)?.name, "team"), { ...view, team: null });
  if (connection) add("number", connections.get(connection)?.phone, { ...view, connection: null });
  if (assignee) {
    const name = people.get(assignee)?.name;
    add("assignee", nameOf(assignee, name, "assignee"), { ...view, assignee: null });
  }
  if (view.sort) add("sort", t.orders[view.sort], { ...view, sort: null });
  if (chips.length === 0) return null;
  return (
    <div className={classes["chips"]}>
      {chips.map(({ key, words, left }) => (
        <button
          key={key}
          type="button"
          className={classes["chip"]}
          aria-label={t.removeFilter(words)}
          onClick={() => onView(left)}
        >
          <bdi>{words}</bdi>
          <IconX size={12} stroke={2.2} aria-hidden="true" />
        </button>
      ))}
    </div>
  );
}
