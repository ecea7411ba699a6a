/** Whom a conversation is assigned to, what it is labelled with, and how urgent it is. */

import { IconUserOff, IconUsers } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useDirectory, useStore } from "@/shared/store/hooks";
import type { ConversationChange, Priority } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import { listMessages } from "../list/messages";
import { PriorityIcon } from "../list/priority-icon";
import { PRIORITIES } from "../list/view-params";
import { actionMessages } from "./messages";
import { type Choice, Pick } from "./pick";
import classes from "./pick.module.css";

type Target = Parameters<typeof Pick>[0]["children"];

interface AssignProps {
  /** Of one conversation, or undefined where there are several. */
  assigneeId?: string | null | undefined;
  teamId?: string | null | undefined;
  onChange: (change: ConversationChange) => void;
  opening?: number;
  children: Target;
}

const NOBODY = "nobody";
const NO_TEAM = "no team";

/** People and teams in one panel, oneself first. */
export function AssignPicker({ assigneeId, teamId, onChange, opening = 0, children }: AssignProps) {
  const t = useMessages(actionMessages);
  const { me } = useStore();
  const people = useDirectory("people");
  const teams = useDirectory("teams");
  const able = [...people.values()].filter((person) => !person.disabled && !person.invited);
  const mine = able.find((person) => person.user_id === me);
  const others = able
    .filter((person) => person !== mine)
    .sort((one, other) => one.name.localeCompare(other.name));
  const face = (name: string, id: string) => <Avatar name={name} seed={id} size={22} />;
  const choices: Choice[] = [
    ...[...(mine ? [mine] : []), ...others].map((person) => ({
      value: `user:${person.user_id}`,
      words: person === mine ? `${person.name} (${t.me.toLowerCase()})` : person.name,
      icon: face(person.name, person.user_id),
      checked: assigneeId === person.user_id,
      group: t.people,
    })),
    {
      value: NOBODY,
      words: t.nobody,
      icon: blank(<IconUserOff size={13} />),
      checked: assigneeId === null,
      group: t.people,
    },
    ...[...teams.values()].map((team) => ({
      value: `team:${team.id}`,
      words: team.name,
      icon: blank(<IconUsers size={13} />),
      checked: teamId === team.id,
      group: t.teams,
    })),
    ...(teams.size
      ? [{ value: NO_TEAM, words: t.noTeam, icon: blank(null), checked: teamId === null, group: t.teams }]
      : []),
  ];
  const pick = (value: string) => {
    if (value === NOBODY) onChange({ assignee_id: null });
    else if (value === NO_TEAM) onChange({ team_id: null });
    else if (value.startsWith("user:")) onChange({ assignee_id: value.slice(5) });
    else onChange({ team_id: value.slice(5) });
  };
  return (
    <Pick label={t.assignTo} choices={choices} onPick={pick} opening={opening}>
      {children}
    </Pick>
  );
}

interface LabelProps {
  /** Those that are on; of several conversations, those that are on all of them. */
  labelIds: readonly string[];
  onToggle: (labelId: string, on: boolean) => void;
  opening?: number;
  children: Target;
}

export function LabelPicker({ labelIds, onToggle, opening = 0, children }: LabelProps) {
  const t = useMessages(actionMessages);
  const labels = useDirectory("labels");
  const choices: Choice[] = [...labels.values()]
    .sort((one, other) => one.name.localeCompare(other.name))
    .map(({ id, name, color }) => ({
      value: id,
      words: name,
      icon: <span className={classes["swatch"]} style={{ background: color }} aria-hidden="true" />,
      checked: labelIds.includes(id),
    }));
  const nothing = (
    <>
      <strong>{t.noLabels}</strong>
      <br />
      {t.noLabelsHint}
    </>
  );
  return (
    <Pick
      label={t.labels}
      choices={choices}
      onPick={(id) => onToggle(id, !labelIds.includes(id))}
      several
      nothing={nothing}
      opening={opening}
    >
      {children}
    </Pick>
  );
}

interface PriorityProps {
  /** Of one conversation, or undefined where there are several. */
  priority?: Priority | undefined;
  onChange: (change: ConversationChange) => void;
  opening?: number;
  children: Target;
}

export function PriorityPicker({ priority, onChange, opening = 0, children }: PriorityProps) {
  const t = useMessages(listMessages);
  const choices: Choice[] = PRIORITIES.map((one) => ({
    value: one,
    words: t.priorities[one],
    icon: <PriorityIcon priority={one} size={16} />,
    checked: one === priority,
  }));
  return (
    <Pick
      label={t.priority}
      choices={choices}
      onPick={(value) => onChange({ priority: value as Priority })}
      opening={opening}
    >
      {children}
    </Pick>
  );
}

function blank(icon: ReactNode): ReactNode {
  return (
    <span className={classes["blank"]} aria-hidden="true">
      {icon}
    </span>
  );
}
