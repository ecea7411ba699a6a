/** Teams and who is in them. */

import { Button } from "@mantine/core";
import { IconPlus, IconUsersGroup } from "@tabler/icons-react";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Avatar } from "@/shared/ui/avatar";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { tellSaved } from "@/shared/ui/notices";
import { RowActions } from "@/shared/ui/row-actions";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Team, useDeleteTeam, useTeams } from "./api/desk";
import { type Person, usePeople } from "./api/people";
import { teamMessages } from "./teams/messages";
import { TeamDialog } from "./teams/team-dialog";
import classes from "./teams/teams.module.css";

const FACES = 5;

export function TeamsPage() {
  const t = useMessages(teamMessages);
  const teams = useTeams();
  const people = usePeople();
  const remove = useDeleteTeam();
  const [editing, setEditing] = useState<Team | "new" | null>(null);
  const [leaving, setLeaving] = useState<Team | null>(null);
  const everybody = people.data ?? [];
  const add = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setEditing("new")}>
      {t.add}
    </Button>
  );
  const isEmpty = teams.data?.length === 0;
  return (
    <SettingsBody title={t.title} hint={t.hint} action={teams.data && !isEmpty && add}>
      {teams.isPending && <ListSkeleton rows={3} />}
      {teams.error && !teams.data && <ErrorState error={teams.error} onRetry={() => void teams.refetch()} />}
      {isEmpty && (
        <EmptyState icon={<IconUsersGroup size={26} stroke={1.6} />} title={t.empty} action={add}>
          {t.emptyHint}
        </EmptyState>
      )}
      {teams.data && !isEmpty && (
        <Rows label={t.list}>
          {teams.data.map((team) => (
            <Row
              key={team.id}
              title={team.name}
              hint={<Members team={team} />}
              meta={<Faces people={everybody.filter((one) => team.member_ids.includes(one.user_id))} />}
              actions={
                <RowActions
                  edit={t.edit(team.name)}
                  remove={t.remove(team.name)}
                  onEdit={() => setEditing(team)}
                  onRemove={() => setLeaving(team)}
                />
              }
            />
          ))}
        </Rows>
      )}
      {editing && (
        <TeamDialog
          team={editing === "new" ? null : editing}
          people={everybody}
          onClose={() => setEditing(null)}
        />
      )}
      <ConfirmDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t.removeTitle(leaving?.name ?? "")}
        confirm={t.removeVerb}
        danger
        onConfirm={async () => {
          if (!leaving) return;
          await remove.mutateAsync(leaving.id);
          tellSaved(t.removed(leaving.name));
        }}
      >
        {t.removeWords}
      </ConfirmDialog>
    </SettingsBody>
  );
}

function Members({ team }: { team: Team }) {
  const t = useMessages(teamMessages);
  const format = useFormat();
  const count = team.member_ids.length;
  if (count === 0) return t.nobody;
  return count === 1 ? t.oneMember : t.members(format.number(count));
}

function Faces({ people }: { people: readonly Person[] }) {
  const more = people.length - FACES;
  return (
    <span className={classes["faces"]} title={people.map((one) => one.name || one.email).join(", ")}>
      {people.slice(0, FACES).map((one) => (
        <Avatar name={one.name || one.email} seed={one.user_id} size={28} key={one.user_id} />
      ))}
      {more > 0 && <span className={classes["more"]}>+{more}</span>}
    </span>
  );
}
