/** Everybody who has an account: who is an operator, whose account is stopped. */

import { ActionIcon, Menu } from "@mantine/core";
import { IconBan, IconDots, IconLockOpen, IconShieldOff, IconShieldUp } from "@tabler/icons-react";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import { useSession } from "@/shared/session/session-context";
import { Avatar } from "@/shared/ui/avatar";
import { Chip } from "@/shared/ui/chip";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type User, useChangeUser, useUsers } from "./api/users";
import { operatorMessages } from "./messages";

export function UsersPage() {
  const t = useMessages(operatorMessages);
  const { items, isPending, error, refetch, more, loadingMore, loadMore } = useUsers();
  const { proved, dialog } = useProof();
  return (
    <SettingsBody title={t.users} hint={t.usersHint}>
      {isPending && <ListSkeleton rows={5} />}
      {error && !items ? <ErrorState error={error} onRetry={refetch} /> : null}
      {items && (
        <Rows label={t.users}>
          {items.map((one) => (
            <UserRow user={one} proved={proved} key={one.id} />
          ))}
        </Rows>
      )}
      {items && <LoadMore more={more} loading={loadingMore} error={error} onMore={loadMore} />}
      {dialog}
    </SettingsBody>
  );
}

type Asking = "make" | "unmake" | "stop" | null;

function UserRow({ user, proved }: { user: User; proved: <T>(act: () => Promise<T>) => Promise<T> }) {
  const t = useMessages(operatorMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const me = useSession().user;
  const change = useChangeUser(proved);
  const [asking, setAsking] = useState<Asking>(null);
  const name = user.name || user.email;
  const mine = user.id === me.id;
  const apply = async (changes: { is_operator?: boolean; disabled?: boolean }) => {
    await change.mutateAsync({ id: user.id, ...changes });
    tellSaved(t.changed);
  };
  const confirmed = {
    make: {
      title: t.makeTitle(name),
      words: t.makeWords,
      verb: t.makeOperator,
      changes: { is_operator: true },
    },
    unmake: {
      title: t.unmakeTitle(name),
      words: t.unmakeWords,
      verb: t.unmakeOperator,
      changes: { is_operator: false },
    },
    stop: { title: t.stopTitle(name), words: t.stopWords, verb: t.stop, changes: { disabled: true } },
  };
  const now = asking && confirmed[asking];
  return (
    <>
      <Row
        faded={user.disabled}
        lead={<Avatar name={name} seed={user.id} size={38} />}
        title={
          <>
            {name}
            {mine && <Chip>{t.you}</Chip>}
            {user.is_operator && <Chip tone="accent">{t.operator}</Chip>}
            {user.disabled && <Chip tone="danger">{t.stopped}</Chip>}
          </>
        }
        hint={`${user.email} · ${t.joined(format.date(user.created_at))}`}
        actions={
          !mine && (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" size={34} aria-label={t.more(name)}>
                  <IconDots size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {user.is_operator ? (
                  <Menu.Item leftSection={<IconShieldOff size={16} />} onClick={() => setAsking("unmake")}>
                    {t.unmakeOperator}…
                  </Menu.Item>
                ) : (
                  <Menu.Item leftSection={<IconShieldUp size={16} />} onClick={() => setAsking("make")}>
                    {t.makeOperator}…
                  </Menu.Item>
                )}
                {user.disabled ? (
                  <Menu.Item
                    leftSection={<IconLockOpen size={16} />}
                    onClick={() =>
                      void apply({ disabled: false }).catch((error: unknown) => {
                        const why = refusal(error);
                        if (why !== null) tellFailed(why);
                      })
                    }
                  >
                    {t.goOn}
                  </Menu.Item>
                ) : (
                  <Menu.Item
                    color="red"
                    leftSection={<IconBan size={16} />}
                    onClick={() => setAsking("stop")}
                  >
                    {t.stop}…
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          )
        }
      />
      <ConfirmDialog
        opened={now !== null}
        onClose={() => setAsking(null)}
        title={now?.title ?? ""}
        confirm={now?.verb ?? ""}
        danger={asking !== "make"}
        onConfirm={() => now && apply(now.changes)}
      >
        {now?.words}
      </ConfirmDialog>
    </>
  );
}
