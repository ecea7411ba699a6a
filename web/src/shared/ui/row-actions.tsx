/** Change and delete, at the end of a row. */

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";

interface RowActionsProps {
  edit: string;
  remove: string;
  onEdit: () => void;
  onRemove: () => void;
}

export function RowActions({ edit, remove, onEdit, onRemove }: RowActionsProps) {
  return (
    <>
      <Tooltip label={edit}>
        <ActionIcon variant="subtle" color="gray" size={34} aria-label={edit} onClick={onEdit}>
          <IconPencil size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={remove}>
        <ActionIcon variant="subtle" color="gray" size={34} aria-label={remove} onClick={onRemove}>
          <IconTrash size={17} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
