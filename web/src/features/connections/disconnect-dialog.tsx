/** Asks before a number is given up, and says what that means. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { tellSaved } from "@/shared/ui/notices";
import { useDisconnect } from "./api/actions";
import type { Connection } from "./api/status";
import { cardMessages } from "./messages";

interface DisconnectDialogProps {
  connection: Connection;
  name: string;
  opened: boolean;
  onClose: () => void;
}

export function DisconnectDialog({ connection, name, opened, onClose }: DisconnectDialogProps) {
  const t = useMessages(cardMessages);
  const format = useFormat();
  const disconnect = useDisconnect();
  const act = async () => {
    const { queued_messages } = await disconnect.mutateAsync(connection.id);
    const waiting = queued_messages > 0 ? `. ${t.queued(format.number(queued_messages))}.` : "";
    tellSaved(t.disconnected(name) + waiting);
  };
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t.disconnectTitle(name)}
      confirm={t.disconnect}
      danger
      onConfirm={act}
    >
      {t.disconnectWords}
    </ConfirmDialog>
  );
}
