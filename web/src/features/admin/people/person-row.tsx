/** One person: who, as what, and what can be done. */

import { ActionIcon, Menu, Select } from "@mantine/core";
import { IconBan, IconDots, IconLockOpen, IconMailForward, IconUserMinus } from "@tabler/icons-react";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import type { Role } from "@/shared/session/session";
import { useSession, useTenant } from "@/shared/session/session-context";
import { Avatar } from "@/shared/ui/avatar";
import { Chip } from "@/shared/ui/chip";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { Row } from "@/shared/ui/rows";
import { type Person, useChangePerson, useRemovePerson } from "../api/people";
import { peopleMessages } from "./messages";
import { mayChange, rolesToGive } from "./roles";

type Asking = "remove" | "disable" | null;

export function PersonRow({ person, onInviteAgain }: { person: Person; onInviteAgain: () => void }) {
  const t = useMessages(peopleMessages);
  const format = useFormat();
  const { user } = useSession();
  const { role: own } = useTenant();
  const change = useChangePerson();
  const [asking, setAsking] = useState<Asking>(null);
  const refusal = useRefusal();
  const { proved, dialog } = useProof();
  const me = { role: own, user_id: user.id, isOperator: user.is_operator };
  const may = mayChange(person, me);
  const name = person.name || person.email;
  const changed = async (to: { role: Role } | { disabled: boolean }, told: string) => {
    try {
      await proved(() => change.mutateAsync({ user_id: person.user_id, ...to }));
      tellSaved(told);
    } catch (error) {
      const words = refusal(error);
      if (words) tellFailed(words);
    }
  };
  const giveRole = (role: Role) => changed({ role }, t.roleChanged(name, t.role[role]));
  const letIn = () => changed({ disabled: false }, t.letIn(name));
  return (
    <>
      <Row
        faded={person.disabled}
        lead={<Avatar name={name} seed={person.user_id} size={38} />}
        title={
          <>
            {name}
            {person.user_id === user.id && <Chip>{t.you}</Chip>}
            {person.invited && <Chip tone="accent">{t.invited}</Chip>}
            {person.disabled && <Chip tone="danger">{t.disabled}</Chip>}
          </>
        }
        hint={
          <>
            {person.name && person.email}
            {!person.invited && person.user_id !== user.id && (
              <>
                {person.name && " · "}
                {person.last_seen_at ? t.seen(format.relative(person.last_seen_at)) : t.neverSeen}
              </>
            )}
          </>
        }
        meta={
          may ? (
            <Select
              aria-label={t.roleOf(name)}
              size="sm"
              w={160}
              allowDeselect={false}
              data={rolesToGive(own, user.is_operator).map((role) => ({ value: role, label: t.role[role] }))}
              value={person.role}
              disabled={change.isPending}
              onChange={(role) => role && void giveRole(role as Role)}
              comboboxProps={{ width: 200, position: "bottom-end" }}
            />
          ) : (
            <span>{t.role[person.role]}</span>
          )
        }
        actions={
          may && (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" size={34} aria-label={t.more(name)}>
                  <IconDots size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {person.invited && (
                  <Menu.Item leftSection={<IconMailForward size={16} />} onClick={onInviteAgain}>
                    {t.inviteAgain}
                  </Menu.Item>
                )}
                {!person.invited &&
                  (person.disabled ? (
                    <Menu.Item leftSection={<IconLockOpen size={16} />} onClick={() => void letIn()}>
                      {t.enable}
                    </Menu.Item>
                  ) : (
                    <Menu.Item leftSection={<IconBan size={16} />} onClick={() => setAsking("disable")}>
                      {t.disable}…
                    </Menu.Item>
                  ))}
                <Menu.Item
                  color="red"
                  leftSection={<IconUserMinus size={16} />}
                  onClick={() => setAsking("remove")}
                >
                  {person.invited ? t.takeBack : t.remove}…
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )
        }
      />
      <Confirming person={person} name={name} asking={asking} onClose={() => setAsking(null)} />
      {dialog}
    </>
  );
}

interface ConfirmingProps {
  person: Person;
  name: string;
  asking: Asking;
  onClose: () => void;
}

function Confirming({ person, name, asking, onClose }: ConfirmingProps) {
  const t = useMessages(peopleMessages);
  const change = useChangePerson();
  const remove = useRemovePerson();
  const { proved, dialog } = useProof();
  const { user_id } = person;
  return (
    <>
      <ConfirmDialog
        opened={asking === "disable"}
        onClose={onClose}
        title={t.disableTitle(name)}
        confirm={t.disable}
        danger
        onConfirm={async () => {
          await proved(() => change.mutateAsync({ user_id, disabled: true }));
          tellSaved(t.shutOut(name));
        }}
      >
        {t.disableWords}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === "remove"}
        onClose={onClose}
        title={person.invited ? t.takeBackTitle(name) : t.removeTitle(name)}
        confirm={person.invited ? t.takeBack : t.remove}
        danger
        onConfirm={async () => {
          await remove.mutateAsync(user_id);
          tellSaved(t.removed(name));
        }}
      >
        {person.invited ? t.takeBackWords : t.removeWords}
      </ConfirmDialog>
      {dialog}
    </>
  );
}
