/** What guards one's account beside the password. */

import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import { ErrorState } from "@/shared/ui/error-state";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { useFactors } from "./api/factors";
import { securityMessages } from "./security/messages";
import { PasskeySection } from "./security/passkey-section";
import { RecoveryCodes, RecoverySection } from "./security/recovery-section";
import { SessionsSection } from "./security/sessions-section";
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
          <SessionsSection proved={proved} />
        </>
      )}
      {dialog}
      {codes && <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />}
    </SettingsBody>
  );
}
