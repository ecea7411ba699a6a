/** The authenticator app: add it with a QR code, or remove it. */

import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "@/shared/api/client";
import { isProblem, NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { CopyField } from "@/shared/ui/copy-field";
import { FormDialog } from "@/shared/ui/form-dialog";
import { FormError } from "@/shared/ui/form-error";
import { tellSaved } from "@/shared/ui/notices";
import { SettingsSection } from "@/shared/ui/settings-section";
import { beginTotp, confirmTotp, dropTotp, useFactorDeed } from "../api/factors";
import { securityMessages } from "./messages";
import classes from "./security.module.css";

interface TotpSectionProps {
  on: boolean;
  proved: <T>(act: () => Promise<T>) => Promise<T>;
  onCodes: (codes: readonly string[]) => void;
}

export function TotpSection({ on, proved, onCodes }: TotpSectionProps) {
  const t = useMessages(securityMessages);
  const refusal = useRefusal();
  const [shown, setShown] = useState<Schemas["TotpShown"] | null>(null);
  const [leaving, setLeaving] = useState(false);
  const begin = useFactorDeed(() => proved(beginTotp));
  const drop = useFactorDeed(() => proved(dropTotp));
  return (
    <SettingsSection title={t.app} hint={t.appHint}>
      <div className={classes["row"]}>
        <p className={classes["words"]}>{on ? t.appOn : t.appOff}</p>
        {on ? (
          <Button variant="default" onClick={() => setLeaving(true)}>
            {t.removeApp}
          </Button>
        ) : (
          <Button loading={begin.isPending} onClick={() => begin.mutate(undefined, { onSuccess: setShown })}>
            {t.addApp}
          </Button>
        )}
      </div>
      {begin.error && !(begin.error instanceof NotProved) && <FormError>{refusal(begin.error)}</FormError>}
      {shown && <AddApp shown={shown} proved={proved} onClose={() => setShown(null)} onCodes={onCodes} />}
      <ConfirmDialog
        opened={leaving}
        onClose={() => setLeaving(false)}
        title={t.removeAppTitle}
        confirm={t.removeApp}
        danger
        onConfirm={async () => {
          await drop.mutateAsync(undefined);
          tellSaved(t.removed);
        }}
      >
        {t.removeAppWords}
      </ConfirmDialog>
    </SettingsSection>
  );
}

interface AddAppProps {
  shown: Schemas["TotpShown"];
  proved: <T>(act: () => Promise<T>) => Promise<T>;
  onClose: () => void;
  onCodes: (codes: readonly string[]) => void;
}

function AddApp({ shown, proved, onClose, onCodes }: AddAppProps) {
  const t = useMessages(securityMessages);
  const refusal = useRefusal();
  const [code, setCode] = useState("");
  const confirm = useFactorDeed((given: string) => proved(() => confirmTotp(given)));
  const wrong = isProblem(confirm.error, "wrong_factor");
  const send = () =>
    confirm.mutate(code, {
      onSuccess: ({ recovery_codes }) => {
        onClose();
        if (recovery_codes.length > 0) onCodes(recovery_codes);
      },
    });
  return (
    <FormDialog
      title={t.addApp}
      onClose={onClose}
      onSubmit={send}
      submit={t.confirm}
      busy={confirm.isPending}
      disabled={code.trim().length < 6}
      refusal={wrong ? null : refusal(confirm.error)}
      size={420}
    >
      <p className={classes["words"]}>{t.scan}</p>
      <img className={classes["qr"]} src={shown.qr} alt={t.qr} />
      <CopyField label={t.key} value={shown.secret} />
      <TextInput
        label={t.code}
        value={code}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={8}
        error={wrong ? t.wrongCode : null}
        onChange={(event) => {
          setCode(event.currentTarget.value);
          confirm.reset();
        }}
        data-autofocus
      />
    </FormDialog>
  );
}
