/** Switches a webhook on again: from where it stopped, or from now on. */

import { useId, useState } from "react";
import { NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import { FormDialog } from "@/shared/ui/form-dialog";
import { tellSaved } from "@/shared/ui/notices";
import { useChangeWebhook, type Webhook } from "../api/webhooks";
import { webhookMessages } from "./messages";
import { nameOf } from "./standing";
import classes from "./webhooks.module.css";

export function SwitchOnDialog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const t = useMessages(webhookMessages);
  const refusal = useRefusal();
  const change = useChangeWebhook();
  const group = useId();
  const { proved, dialog } = useProof();
  const [fromNow, setFromNow] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const name = nameOf(webhook);
  const submit = async () => {
    setFailure(null);
    setBusy(true);
    try {
      await proved(() => change.mutateAsync({ id: webhook.id, enabled: true, from_now: fromNow }));
      tellSaved(t.onDone(name));
      onClose();
    } catch (error) {
      if (!(error instanceof NotProved)) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const choices = [
    { value: false, name: t.onStopped, hint: t.onStoppedHint },
    { value: true, name: t.onNow, hint: t.onNowHint },
  ];
  return (
    <>
      <FormDialog
        title={t.onTitle(name)}
        onClose={onClose}
        onSubmit={() => void submit()}
        submit={t.onVerb}
        busy={busy}
        refusal={refusal(failure)}
      >
        <fieldset className={classes["choices"]}>
          <legend className={classes["legend"]}>{t.onWhere}</legend>
          {choices.map((one) => (
            <label className={classes["choice"]} key={one.name}>
              <input
                type="radio"
                name={group}
                checked={one.value === fromNow}
                onChange={() => setFromNow(one.value)}
              />
              <span>
                <span className={classes["choiceName"]}>{one.name}</span>
                <span className={classes["small"]}>{one.hint}</span>
              </span>
            </label>
          ))}
        </fieldset>
      </FormDialog>
      {dialog}
    </>
  );
}
