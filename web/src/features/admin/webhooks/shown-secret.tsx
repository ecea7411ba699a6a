/** A secret, shown this once, with what to do with it. */

import { Button, Group } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { CopyField } from "@/shared/ui/copy-field";
import { Dialog } from "@/shared/ui/dialog";
import { FormError } from "@/shared/ui/form-error";
import { webhookMessages } from "./messages";
import { Verifying } from "./verifying";
import classes from "./webhooks.module.css";

interface ShownSecretProps {
  secret: string;
  /** There was one before, which signs too for a while. */
  isChanged?: boolean;
  onClose: () => void;
}

export function ShownSecret({ secret, isChanged = false, onClose }: ShownSecretProps) {
  const t = useMessages(webhookMessages);
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.secretTitle}
      size={560}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <p className={classes["shown"]}>{t.secretHint}</p>
      <CopyField label={t.secret} value={secret} />
      {isChanged && (
        <div className={classes["both"]}>
          <FormError tone="warn">{t.secretBoth}</FormError>
        </div>
      )}
      <Verifying />
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose}>{t.done}</Button>
      </Group>
    </Dialog>
  );
}
