/** Answers that are given often. */

import { Button, TextInput } from "@mantine/core";
import { IconBolt, IconPlus, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { tellSaved } from "@/shared/ui/notices";
import { RowActions } from "@/shared/ui/row-actions";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type CannedReply, useCannedReplies, useDeleteCanned } from "./api/desk";
import classes from "./canned/canned.module.css";
import { CannedDialog } from "./canned/canned-dialog";
import { cannedMessages } from "./canned/messages";
import { matches } from "./matches";

const SEARCHED_FROM = 7;

export function CannedPage() {
  const t = useMessages(cannedMessages);
  const { data: replies, error, isPending, refetch } = useCannedReplies();
  const remove = useDeleteCanned();
  const [editing, setEditing] = useState<CannedReply | "new" | null>(null);
  const [leaving, setLeaving] = useState<CannedReply | null>(null);
  const [sought, setSought] = useState("");
  const add = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setEditing("new")}>
      {t.add}
    </Button>
  );
  const isEmpty = replies?.length === 0;
  const found = (replies ?? [])
    .filter((one) => matches(sought, one.shortcut, one.title, one.body))
    .sort((one, other) => one.shortcut.localeCompare(other.shortcut));
  return (
    <SettingsBody title={t.title} hint={t.hint} action={replies && !isEmpty && add}>
      {isPending && <ListSkeleton rows={4} />}
      {error && !replies && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isEmpty && (
        <EmptyState icon={<IconBolt size={26} stroke={1.6} />} title={t.empty} action={add}>
          {t.emptyHint}
        </EmptyState>
      )}
      {replies && replies.length >= SEARCHED_FROM && (
        <TextInput
          mt="md"
          maw={320}
          leftSection={<IconSearch size={16} />}
          placeholder={t.search}
          aria-label={t.search}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      )}
      {found.length > 0 && (
        <Rows label={t.list}>
          {found.map((reply) => (
            <Row
              key={reply.id}
              title={
                <>
                  <span className={classes["shortcut"]}>/{reply.shortcut}</span> {reply.title}
                </>
              }
              hint={<span className={classes["body"]}>{reply.body}</span>}
              actions={
                <RowActions
                  edit={t.edit(reply.title)}
                  remove={t.remove(reply.title)}
                  onEdit={() => setEditing(reply)}
                  onRemove={() => setLeaving(reply)}
                />
              }
            />
          ))}
        </Rows>
      )}
      {replies && !isEmpty && found.length === 0 && (
        <EmptyState icon={<IconSearch size={26} stroke={1.6} />} title={t.noneFound} />
      )}
      {editing && (
        <CannedDialog reply={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
      <ConfirmDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t.removeTitle(leaving?.title ?? "")}
        confirm={t.removeVerb}
        danger
        onConfirm={async () => {
          if (!leaving) return;
          await remove.mutateAsync(leaving.id);
          tellSaved(t.removed(leaving.title));
        }}
      >
        {t.removeWords}
      </ConfirmDialog>
    </SettingsBody>
  );
}
