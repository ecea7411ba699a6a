/** Labels: names and colours. */

import { Button } from "@mantine/core";
import { IconPlus, IconTags } from "@tabler/icons-react";
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
import { type Label, useDeleteLabel, useLabels } from "./api/desk";
import { LabelDialog } from "./labels/label-dialog";
import { LabelSign } from "./labels/label-sign";
import { labelMessages } from "./labels/messages";

export function LabelsPage() {
  const t = useMessages(labelMessages);
  const { data: labels, error, isPending, refetch } = useLabels();
  const remove = useDeleteLabel();
  const [editing, setEditing] = useState<Label | "new" | null>(null);
  const [leaving, setLeaving] = useState<Label | null>(null);
  const add = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setEditing("new")}>
      {t.add}
    </Button>
  );
  const isEmpty = labels?.length === 0;
  return (
    <SettingsBody title={t.title} hint={t.hint} action={labels && !isEmpty && add}>
      {isPending && <ListSkeleton rows={4} />}
      {error && !labels && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isEmpty && (
        <EmptyState icon={<IconTags size={26} stroke={1.6} />} title={t.empty} action={add}>
          {t.emptyHint}
        </EmptyState>
      )}
      {labels && !isEmpty && (
        <Rows label={t.list}>
          {labels.map((label) => (
            <Row
              key={label.id}
              title={<LabelSign name={label.name} color={label.color} />}
              actions={
                <RowActions
                  edit={t.edit(label.name)}
                  remove={t.remove(label.name)}
                  onEdit={() => setEditing(label)}
                  onRemove={() => setLeaving(label)}
                />
              }
            />
          ))}
        </Rows>
      )}
      {editing && (
        <LabelDialog
          label={editing === "new" ? null : editing}
          others={labels ?? []}
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
