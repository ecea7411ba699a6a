/** The views that one may change: their names, their order, and which are to go. */

import { ActionIcon } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { Dialog } from "@/shared/ui/dialog";
import { FormError } from "@/shared/ui/form-error";
import { uiMessages } from "@/shared/ui/messages";
import { RowActions } from "@/shared/ui/row-actions";
import { Row, Rows } from "@/shared/ui/rows";
import { type SavedView, useChangeView, useDeleteView } from "../api/saved-views";
import { savedViewMessages } from "./saved-view-messages";
import classes from "./saved-views.module.css";
import { ViewDialog } from "./view-dialog";

interface ManageViewsProps {
  views: readonly SavedView[];
  onClose: () => void;
}

export function ManageViews({ views, onClose }: ManageViewsProps) {
  const t = useMessages(savedViewMessages);
  const ui = useMessages(uiMessages);
  const refusal = useRefusal();
  const { can } = useTenant();
  const move = useChangeView();
  const remove = useDeleteView();
  const [renaming, setRenaming] = useState<SavedView | null>(null);
  const [leaving, setLeaving] = useState<SavedView | null>(null);
  const groups = [
    { title: t.own, those: views.filter(({ shared }) => !shared) },
    { title: t.shared, those: can("desk:write") ? views.filter(({ shared }) => shared) : [] },
  ].filter(({ those }) => those.length > 0);
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.manage}
      closeOnEscape={renaming === null && leaving === null} // what is asked above it closes alone
      closeButtonProps={{ "aria-label": ui.close }}
    >
      {move.error && <FormError>{refusal(move.error)}</FormError>}
      {groups.map(({ title, those }) => (
        <section key={title}>
          <h3 className={classes["group"]}>{title}</h3>
          <Rows label={title}>
            {those.map((one, index) => (
              <Row
                key={one.id}
                title={<bdi>{one.name}</bdi>}
                actions={
                  <>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      size={34}
                      aria-label={t.up(one.name)}
                      disabled={index === 0 || move.isPending}
                      onClick={() => move.mutate({ id: one.id, place: index - 1 })}
                    >
                      <IconArrowUp size={17} />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      size={34}
                      aria-label={t.down(one.name)}
                      disabled={index === those.length - 1 || move.isPending}
                      onClick={() => move.mutate({ id: one.id, place: index + 1 })}
                    >
                      <IconArrowDown size={17} />
                    </ActionIcon>
                    <RowActions
                      edit={t.edit(one.name)}
                      remove={t.remove(one.name)}
                      onEdit={() => setRenaming(one)}
                      onRemove={() => setLeaving(one)}
                    />
                  </>
                }
              />
            ))}
          </Rows>
        </section>
      ))}
      {renaming && <ViewDialog saved={renaming} filter={renaming.filter} onClose={() => setRenaming(null)} />}
      <ConfirmDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t.removeTitle(leaving?.name ?? "")}
        confirm={t.removeVerb}
        danger
        onConfirm={() => leaving && remove.mutateAsync(leaving.id)}
      >
        {leaving?.shared ? t.removeSharedWords : t.removeWords}
      </ConfirmDialog>
    </Dialog>
  );
}
