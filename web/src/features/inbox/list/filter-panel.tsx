/** Everything a list can be narrowed to. */

import { Button, Chip, Group, MultiSelect, Select, Stack, Switch } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { useCounts, useDirectory } from "@/shared/store/hooks";
import type { ConversationState, Priority } from "@/shared/store/types";
import type { View } from "@/shared/store/views";
import type { FilterProps } from "./filters";
import classes from "./filters.module.css";
import { listMessages } from "./messages";
import { UnreadBadge } from "./unread-badge";
import { filterCount, PRIORITIES, SORTS, STATES, unfiltered, without } from "./view-params";

export function FilterPanel({ view, onView }: FilterProps) {
  const t = useMessages(listMessages);
  const labels = useDirectory("labels");
  const teams = useDirectory("teams");
  const people = useDirectory("people");
  const connections = useDirectory("connections");
  const unread = useCounts()?.unread_connections;
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
        <fieldset className={classes["group"]}>
          <legend className={classes["heading"]}>{t.state}</legend>
          <Group gap={6}>
            {STATES.map((state) => (
              <Chip key={state} value={state} size="xs" radius="md">
                {t.states[state]}
              </Chip>
            ))}
          </Group>
        </fieldset>
      </Chip.Group>
      <Chip.Group
        multiple
        value={[...(view.priorities ?? [])]}
        onChange={(priorities) => change({ priorities: priorities as Priority[] })}
      >
        <fieldset className={classes["group"]}>
          <legend className={classes["heading"]}>{t.priority}</legend>
          <Group gap={6}>
            {PRIORITIES.map((priority) => (
              <Chip key={priority} value={priority} size="xs" radius="md">
                {t.priorities[priority]}
              </Chip>
            ))}
          </Group>
        </fieldset>
      </Chip.Group>
      <Switch
        label={t.unreadOnly}
        checked={view.unread ?? false}
        onChange={(event) => change({ unread: event.currentTarget.checked })}
      />
      <Select
        {...inPopover}
        label={t.order}
        data={(["latest", ...SORTS] as const).map((value) => ({ value, label: t.orders[value] }))}
        value={view.sort ?? "latest"}
        onChange={(order) => change({ sort: SORTS.find((sort) => sort === order) ?? null })}
        allowDeselect={false}
      />
      {labels.size > 0 && (
        <MultiSelect
          {...inPopover}
          label={t.label}
          {...(view.labels?.length ? {} : { placeholder: t.anyLabel })}
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
          renderOption={({ option, checked }) => (
            <span className={classes["number"]}>
              {checked && <IconCheck size={14} stroke={2.2} aria-hidden="true" />}
              <bdi>{option.label}</bdi>
              <UnreadBadge unread={unread?.find(({ id }) => id === option.value)} />
            </span>
          )}
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
        <Button variant="subtle" onClick={() => onView(unfiltered(view, view.tab))}>
          {t.clearFilters}
        </Button>
      )}
    </Stack>
  );
}
