/** What the list is narrowed to: a panel to choose from, and what was chosen as chips that can be taken away. */

import {
  ActionIcon,
  Button,
  Chip,
  Group,
  Indicator,
  MultiSelect,
  Popover,
  Select,
  Stack,
  Switch,
} from "@mantine/core";
import { IconFilter, IconX } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { useDirectory } from "@/shared/store/hooks";
import type { ConversationState } from "@/shared/store/types";
import type { View } from "@/shared/store/views";
import classes from "./filters.module.css";
import { listMessages } from "./messages";
import { filterCount, STATES } from "./view-params";

interface FilterProps {
  view: View;
  onView: (view: View) => void;
}

export function FilterButton({ view, onView }: FilterProps) {
  const t = useMessages(listMessages);
  return (
    <Popover width={300} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Indicator disabled={filterCount(view) === 0} size={8} offset={6} color="brand">
          <ActionIcon variant="subtle" color="gray" size={34} aria-label={t.filter} title={t.filter}>
            <IconFilter size={19} stroke={1.7} />
          </ActionIcon>
        </Indicator>
      </Popover.Target>
      <Popover.Dropdown>
        <FilterPanel view={view} onView={onView} />
      </Popover.Dropdown>
    </Popover>
  );
}

function FilterPanel({ view, onView }: FilterProps) {
  const t = useMessages(listMessages);
  const labels = useDirectory("labels");
  const teams = useDirectory("teams");
  const people = useDirectory("people");
  const connections = useDirectory("connections");
  const change = (part: Partial<{ [Name in keyof View]: View[Name] | null }>) =>
    onView(without({ ...view, ...part }));
  const inPopover = { comboboxProps: { withinPortal: false }, size: "sm" } as const;
  return (
    <Stack gap="sm">
      <Chip.Group
        multiple
        value={[...(view.states ?? [])]}
        onChange={(states) => change({ states: states as ConversationState[] })}
      >
        <div className={classes["heading"]}>{t.state}</div>
        <Group gap={6}>
          {STATES.map((state) => (
            <Chip key={state} value={state} size="xs" radius="md">
              {t.states[state]}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Switch
        label={t.unreadOnly}
        checked={view.unread ?? false}
        onChange={(event) => change({ unread: event.currentTarget.checked })}
      />
      {labels.size > 0 && (
        <MultiSelect
          {...inPopover}
          label={t.label}
          data={[...labels.values()].map(({ id, name }) => ({ value: id, label: name }))}
          value={[...(view.labels ?? [])]}
          onChange={(chosen) => change({ labels: chosen })}
          searchable
        />
      )}
      {teams.size > 0 && (
        <Select
          {...inPopover}
          label={t.team}
          placeholder={t.anyTeam}
          data={[...teams.values()].map(({ id, name }) => ({ value: id, label: name }))}
          value={view.team ?? null}
          onChange={(team) => change({ team })}
          clearable
        />
      )}
      {connections.size > 1 && (
        <Select
          {...inPopover}
          label={t.number}
          placeholder={t.anyNumber}
          data={[...connections.values()].map(({ id, name, phone }) => ({
            value: id,
            label: phone ?? name ?? id,
          }))}
          value={view.connection ?? null}
          onChange={(connection) => change({ connection })}
          clearable
        />
      )}
      {view.tab === "all" && people.size > 1 && (
        <Select
          {...inPopover}
          label={t.assignee}
          placeholder={t.anybody}
          data={[...people.values()].map(({ user_id, name }) => ({ value: user_id, label: name }))}
          value={view.assignee ?? null}
          onChange={(assignee) => change({ assignee })}
          searchable
          clearable
        />
      )}
      {filterCount(view) > 0 && (
        <Button variant="subtle" onClick={() => onView({ tab: view.tab })}>
          {t.clearFilters}
        </Button>
      )}
    </Stack>
  );
}

/** The filters in force, each with a way to take it off. */
export function FilterChips({ view, onView }: FilterProps) {
  const t = useMessages(listMessages);
  const labels = useDirectory("labels");
  const teams = useDirectory("teams");
  const people = useDirectory("people");
  const connections = useDirectory("connections");
  if (filterCount(view) === 0) return null;
  const chips: { key: string; words: string; left: View }[] = [];
  const add = (key: string, words: string | null | undefined, change: Parameters<typeof without>[0]) =>
    chips.push({ key, words: words ?? "…", left: without(change) });
  for (const state of view.states ?? []) {
    add(state, t.states[state], { ...view, states: (view.states ?? []).filter((one) => one !== state) });
  }
  if (view.unread) add("unread", t.unreadOnly, { ...view, unread: false });
  for (const id of view.labels ?? []) {
    add(id, labels.get(id)?.name, { ...view, labels: (view.labels ?? []).filter((one) => one !== id) });
  }
  if (view.team) add("team", teams.get(view.team)?.name, { ...view, team: null });
  if (view.connection) add("number", connections.get(view.connection)?.phone, { ...view, connection: null });
  if (view.assignee) add("assignee", people.get(view.assignee)?.name, { ...view, assignee: null });
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

/** A view without the members that do not filter, so that it is the same list as one that never had them. */
function without(view: { [Name in keyof View]: View[Name] | null }): View {
  const kept = Object.entries(view).filter(
    ([, value]) =>
      value !== null &&
      value !== undefined &&
      value !== false &&
      !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept) as unknown as View;
}
