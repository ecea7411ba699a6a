/** Asks before something that is hard to undo. */

import { Button, Group, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import classes from "./confirm-dialog.module.css";
import { Dialog } from "./dialog";
import { uiMessages } from "./messages";

interface ConfirmDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, in a sentence or two. */
  children: ReactNode;
  /** A verb: "Delete key", never "OK". */
  confirm: string;
  /** Whether it destroys something. */
  danger?: boolean;
  /** Closes when it is done; its failure is shown here and leaves the dialog open. Until then it does not close. */
  onConfirm: () => Promise<unknown> | unknown;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, onClose, title, children, confirm, danger = false, onConfirm } = props;
  const t = useMessages(uiMessages);
  const refusal = useRefusal();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const close = () => {
    setFailure(null);
    onClose();
  };
  const act = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      if (!(error instanceof NotProved)) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      opened={opened}
      onClose={close}
      title={title}
      size="sm"
      closeOnEscape={!busy}
      closeOnClickOutside={!busy}
      closeButtonProps={{ "aria-label": t.close, disabled: busy }}
    >
      <Text component="div" c="dimmed" className={classes["words"] ?? ""}>
        {children}
      </Text>
      {failure !== null && (
        <Text c="var(--danger)" mt="sm" role="alert">
          {refusal(failure)}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" disabled={busy} onClick={close} data-autofocus={danger || undefined}>
          {t.cancel}
        </Button>
        <Button color={danger ? "red" : "brand"} loading={busy} onClick={() => void act()}>
          {confirm}
        </Button>
      </Group>
    </Dialog>
  );
}
