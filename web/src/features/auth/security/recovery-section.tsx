/** Recovery codes: how many are left, new ones, and the one moment at which they are shown. */

import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { CopyField } from "@/shared/ui/copy-field";
import { Dialog } from "@/shared/ui/dialog";
import { SettingsSection } from "@/shared/ui/settings-section";
import { newRecoveryCodes, useFactorDeed } from "../api/factors";
import { securityMessages } from "./messages";
import classes from "./security.module.css";

interface RecoverySectionProps {
  left: number;
  /** Whether there is a second factor that they stand in for. */
  usable: boolean;
  proved: <T>(act: () => Promise<T>) => Promise<T>;
  onCodes: (codes: readonly string[]) => void;
}

export function RecoverySection({ left, usable, proved, onCodes }: RecoverySectionProps) {
  const t = useMessages(securityMessages);
  const [asking, setAsking] = useState(false);
  const make = useFactorDeed(() => proved(newRecoveryCodes));
  return (
    <SettingsSection title={t.recovery} hint={t.recoveryHint}>
      <div className={classes["row"]}>
        <p className={classes["words"]}>{usable ? t.codesLeft(String(left)) : t.noCodes}</p>
        {usable && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t.newCodes}
          </Button>
        )}
      </div>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t.newCodesTitle}
        confirm={t.newCodes}
        onConfirm={async () => onCodes((await make.mutateAsync(undefined)).recovery_codes)}
      >
        {t.newCodesWords}
      </ConfirmDialog>
    </SettingsSection>
  );
}

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const t = useMessages(securityMessages);
  return (
    <Dialog opened onClose={onDone} title={t.codesTitle} closeOnClickOutside={false} withCloseButton={false}>
      <Stack gap={16}>
        <p className={classes["words"]}>{t.codesWords}</p>
        <ul className={classes["codes"]} aria-label={t.codesLabel}>
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <CopyField label={t.codesLabel} value={codes.join(" ")} />
        <Group justify="flex-end">
          <Button onClick={onDone} data-autofocus>
            {t.done}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
