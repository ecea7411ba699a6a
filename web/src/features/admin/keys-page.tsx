/** API keys: make, see what each may do, revoke. */

import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Chip } from "@/shared/ui/chip";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { tellSaved } from "@/shared/ui/notices";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Key, useKeys, useRevokeKey } from "./api/keys";
import { KeyDialog } from "./keys/key-dialog";
import classes from "./keys/keys.module.css";
import { keyMessages } from "./keys/messages";
import { lifeOf } from "./keys/scopes";

export function KeysPage() {
  const t = useMessages(keyMessages);
  const { data: keys, error, isPending, refetch } = useKeys();
  const revoke = useRevokeKey();
  const [making, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<Key | null>(null);
  const now = Date.now();
  const newest = [...(keys ?? [])].reverse();
  const live = newest.filter((key) => lifeOf(key, now) === "live");
  const old = newest.filter((key) => lifeOf(key, now) !== "live");
  const add = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.add}
    </Button>
  );
  const nameOf = (key: Key | null) => key?.name || t.unnamed;
  return (
    <SettingsBody title={t.title} hint={t.hint} action={live.length > 0 && add}>
      {isPending && <ListSkeleton rows={3} />}
      {error && !keys && <ErrorState error={error} onRetry={() => void refetch()} />}
      {keys && live.length === 0 && (
        <EmptyState icon={<IconKey size={26} stroke={1.6} />} title={t.empty} action={add}>
          {t.emptyHint}
        </EmptyState>
      )}
      {live.length > 0 && (
        <Rows label={t.list}>
          {live.map((key) => (
            <KeyRow keyShown={key} onRevoke={() => setLeaving(key)} key={key.id} />
          ))}
        </Rows>
      )}
      {old.length > 0 && (
        <details className={classes["old"]}>
          <summary>
            {t.oldList} ({old.length})
          </summary>
          <Rows label={t.oldList}>
            {old.map((key) => (
              <KeyRow keyShown={key} onRevoke={null} key={key.id} />
            ))}
          </Rows>
        </details>
      )}
      {making && <KeyDialog onClose={() => setMaking(false)} />}
      <ConfirmDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t.revokeTitle(nameOf(leaving))}
        confirm={t.revokeVerb}
        danger
        onConfirm={async () => {
          if (!leaving) return;
          await revoke.mutateAsync(leaving.id);
          tellSaved(t.revokedToast(nameOf(leaving)));
        }}
      >
        {t.revokeWords}
      </ConfirmDialog>
    </SettingsBody>
  );
}

function KeyRow({ keyShown: key, onRevoke }: { keyShown: Key; onRevoke: (() => void) | null }) {
  const t = useMessages(keyMessages);
  const format = useFormat();
  const life = lifeOf(key, Date.now());
  const name = key.name || t.unnamed;
  const words: Record<string, string> = t.scope;
  return (
    <Row
      faded={life !== "live"}
      title={
        <>
          {name}
          <code className={classes["last4"]}>…{key.last4}</code>
          {life !== "live" && <Chip>{t[life]}</Chip>}
        </>
      }
      hint={key.scopes.map((scope) => words[scope] ?? scope).join(" · ")}
      meta={
        <span className={classes["times"]}>
          <span>{t.made(format.date(key.created_at))}</span>
          {life === "live" && (
            <span>{key.expires_at ? t.ends(format.relative(key.expires_at)) : t.endless}</span>
          )}
        </span>
      }
      actions={
        onRevoke && (
          <Tooltip label={t.revoke(name)}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={34}
              aria-label={t.revoke(name)}
              onClick={onRevoke}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </Tooltip>
        )
      }
    />
  );
}
