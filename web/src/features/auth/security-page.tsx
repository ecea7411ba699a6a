/** What guards one's account beside the password. */

import { Button } from "@mantine/core";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { ErrorState } from "@/shared/ui/error-state";
import { SettingsBody, SettingsSection } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { signOutEverywhere, useFactorDeed, useFactors } from "./api/factors";
import { securityMessages } from "./security/messages";
import { PasskeySection } from "./security/passkey-section";
import { RecoveryCodes, RecoverySection } from "./security/recovery-section";
import classes from "./security/security.module.css";
import { TotpSection } from "./security/totp-section";

export function SecurityPage() {
  const t = useMessages(securityMessages);
  const { data: factors, error, isPending, refetch } = useFactors();
  const { proved, dialog } = useProof();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <SettingsBody title={t.title} hint={t.hint}>
      {isPending && <ListSkeleton rows={3} />}
      {error && !factors && <ErrorState error={error} onRetry={() => void refetch()} />}
      {factors && (
        <>
          <TotpSection on={factors.totp} proved={proved} onCodes={setCodes} />
          <PasskeySection passkeys={factors.passkeys} proved={proved} onCodes={setCodes} />
          <RecoverySection
            left={factors.recovery_codes}
            usable={factors.totp || factors.passkeys.length > 0}
            proved={proved}
            onCodes={setCodes}
          />
          <Everywhere />
        </>
      )}
      {dialog}
      {codes && <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />}
    </SettingsBody>
  );
}

function Everywhere() {
  const t = useMessages(securityMessages);
  const [asking, setAsking] = useState(false);
  const leave = useFactorDeed(signOutEverywhere);
  return (
    <SettingsSection title={t.everywhere} hint={t.everywhereHint}>
      <div className={classes["row"]}>
        <span />
        <Button variant="default" color="red" onClick={() => setAsking(true)}>
          {t.signOutEverywhere}
        </Button>
      </div>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t.signOutEverywhereTitle}
        confirm={t.signOutEverywhere}
        danger
        onConfirm={() => leave.mutateAsync(undefined)}
      >
        {t.signOutEverywhereWords}
      </ConfirmDialog>
    </SettingsSection>
  );
}
