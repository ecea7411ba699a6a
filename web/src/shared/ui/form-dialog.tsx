/** A form over the page: what is typed survives a slip beside it, and a refusal is told where it is read. */

import { Button, Group, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import { useMessages } from "@/shared/i18n/language";
import { Dialog } from "./dialog";
import { useFirstFault } from "./first-fault";
import classes from "./form-dialog.module.css";
import { FormError } from "./form-error";
import { useClosing } from "./leave-question";
import { uiMessages } from "./messages";

interface FormDialogProps {
  title: string;
  onClose: () => void;
  onSubmit: () => void;
  /** A verb: "Create team". */
  submit: string;
  /** The request runs: what it answers is shown here, so nothing closes meanwhile. */
  busy: boolean;
  /** Why it was refused, in words; null where it was not. */
  refusal?: string | null;
  disabled?: boolean;
  /** Something was typed that closing would lose: it is asked first. */
  dirty?: boolean;
  size?: number;
  children: ReactNode;
}

export function FormDialog(props: FormDialogProps) {
  const {
    title,
    onClose,
    onSubmit,
    submit,
    busy,
    refusal = null,
    disabled,
    dirty = false,
    size = 460,
    children,
  } = props;
  const t = useMessages(uiMessages);
  const { close, asking, question } = useClosing(dirty, onClose);
  const phone = useMediaQuery("(max-width: 759.98px)", false, { getInitialValueInEffect: false });
  const form = useRef<HTMLFormElement>(null);
  const toFault = useFirstFault(form);
  const send = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // a dialog within a form (in React's tree) submits itself alone
    if (busy) return;
    onSubmit();
    toFault();
  };
  // What the server finds wrong with a field is there once it has answered.
  useEffect(() => {
    if (!busy) toFault();
  }, [busy, toFault]);
  return (
    <Dialog
      opened
      onClose={close}
      title={title}
      size={size}
      fullScreen={phone}
      closeOnClickOutside={false}
      closeOnEscape={!busy && !asking} // what is asked above it closes alone
      closeButtonProps={{ "aria-label": t.close, disabled: busy }}
      classNames={{ header: classes["header"], title: classes["title"], body: classes["body"] }}
    >
      <form ref={form} onSubmit={send} noValidate>
        <Stack gap={16}>
          {children}
          {refusal && <FormError>{refusal}</FormError>}
        </Stack>
        <Group justify="flex-end" mt={24}>
          <Button variant="default" disabled={busy} onClick={close}>
            {t.cancel}
          </Button>
          <Button type="submit" loading={busy} disabled={disabled ?? false}>
            {submit}
          </Button>
        </Group>
      </form>
      {question}
    </Dialog>
  );
}
