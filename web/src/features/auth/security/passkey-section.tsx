/** One's passkeys: add this device's, remove one that is gone. */

import { ActionIcon, Button, TextInput, Tooltip } from "@mantine/core";
import { IconFingerprint, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { isProblem, NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { FormDialog } from "@/shared/ui/form-dialog";
import { tellSaved } from "@/shared/ui/notices";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsSection } from "@/shared/ui/settings-section";
import { Time } from "@/shared/ui/time";
import { addPasskey, dropPasskey, type Passkey, useFactorDeed } from "../api/factors";
import { hasPasskeys } from "../passkey";
import { securityMessages } from "./messages";
import classes from "./security.module.css";

interface PasskeySectionProps {
  passkeys: readonly Passkey[];
  proved: <T>(act: () => Promise<T>) => Promise<T>;
  onCodes: (codes: readonly string[]) => void;
}

export function PasskeySection({ passkeys, proved, onCodes }: PasskeySectionProps) {
  const t = useMessages(securityMessages);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Passkey | null>(null);
  const drop = useFactorDeed((id: string) => proved(() => dropPasskey(id)));
  return (
    <SettingsSection title={t.passkeys} hint={t.passkeysHint}>
      {passkeys.length > 0 && (
        <Rows label={t.list}>
          {passkeys.map((one) => (
            <Row
              key={one.id}
              lead={<IconFingerprint size={20} stroke={1.6} />}
              title={one.name}
              hint={one.last_used_at ? <Time at={one.last_used_at} /> : t.neverUsed}
              actions={
                <Tooltip label={t.removePasskey(one.name)}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    size={34}
                    aria-label={t.removePasskey(one.name)}
                    onClick={() => setLeaving(one)}
                  >
                    <IconTrash size={17} />
                  </ActionIcon>
                </Tooltip>
              }
            />
          ))}
        </Rows>
      )}
      <div className={classes["row"]}>
        <p className={classes["words"]}>
          {hasPasskeys() ? passkeys.length === 0 && t.noPasskeys : t.passkeysNeedHttps}
        </p>
        {hasPasskeys() && <Button onClick={() => setAdding(true)}>{t.addPasskey}</Button>}
      </div>
      {adding && <AddPasskey proved={proved} onClose={() => setAdding(false)} onCodes={onCodes} />}
      <ConfirmDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t.removePasskey(leaving?.name ?? "")}
        confirm={t.removeVerb}
        danger
        onConfirm={async () => {
          if (!leaving) return;
          await drop.mutateAsync(leaving.id);
          tellSaved(t.removed);
        }}
      >
        {t.removePasskeyWords}
      </ConfirmDialog>
    </SettingsSection>
  );
}

interface AddPasskeyProps {
  proved: <T>(act: () => Promise<T>) => Promise<T>;
  onClose: () => void;
  onCodes: (codes: readonly string[]) => void;
}

function AddPasskey({ proved, onClose, onCodes }: AddPasskeyProps) {
  const t = useMessages(securityMessages);
  const refusal = useRefusal();
  const [name, setName] = useState("");
  const add = useFactorDeed((called: string) => proved(() => addPasskey(called)));
  const known = isProblem(add.error) || add.error instanceof NotProved;
  const told = known ? refusal(add.error) : t.passkeyFailed; // the rest is the device's
  const send = () =>
    add.mutate(name.trim(), {
      onSuccess: ({ recovery_codes }) => {
        onClose();
        if (recovery_codes.length > 0) onCodes(recovery_codes);
      },
    });
  return (
    <FormDialog
      title={t.addPasskey}
      onClose={onClose}
      onSubmit={send}
      submit={t.addPasskey}
      busy={add.isPending}
      disabled={name.trim() === ""}
      refusal={add.error ? told : null}
      size={420}
    >
      <TextInput
        label={t.passkeyName}
        description={t.passkeyNameHint}
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
    </FormDialog>
  );
}
