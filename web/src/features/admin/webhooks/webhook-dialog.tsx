/** Makes a webhook, and shows its secret, this once; or changes one. */

import { TextInput } from "@mantine/core";
import { useState } from "react";
import { isProblem, NotProved } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import { FormDialog } from "@/shared/ui/form-dialog";
import { useChangeWebhook, useCreateWebhook, type Webhook } from "../api/webhooks";
import { EventChoice } from "./event-choice";
import { webhookMessages } from "./messages";
import { ShownSecret } from "./shown-secret";
import { isAddress } from "./standing";

const LONGEST_URL = 2000;
const LONGEST_DESCRIPTION = 200;

interface WebhookDialogProps {
  /** null: a new one. */
  webhook: Webhook | null;
  onClose: () => void;
  /** One was made, and its secret was seen. */
  onMade?: (webhook: Webhook) => void;
}

export function WebhookDialog({ webhook, onClose, onMade }: WebhookDialogProps) {
  const t = useMessages(webhookMessages);
  const refusal = useRefusal();
  const create = useCreateWebhook();
  const change = useChangeWebhook();
  const { proved, dialog } = useProof();
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<string> | null>(() =>
    webhook && webhook.types.length > 0 ? new Set(webhook.types) : null,
  );
  const [tried, setTried] = useState(false);
  const [touched, setTouched] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const { data: made } = create;
  if (made)
    return (
      <ShownSecret
        secret={made.secret}
        onClose={() => {
          onClose();
          onMade?.(made.webhook);
        }}
      />
    );
  const address = url.trim();
  const isRefused = isProblem(failure, "invalid_request") && failure.field?.split(".").at(-1) === "url";
  const nothingChosen = chosen?.size === 0;
  const submit = async () => {
    setTried(true);
    setFailure(null);
    if (!isAddress(address) || nothingChosen) return;
    const given = { description: description.trim(), types: [...(chosen ?? [])] };
    setBusy(true);
    try {
      if (webhook) {
        // An address that is sent, were it the same, is asked at once.
        const moved = address === webhook.url ? {} : { url: address };
        await proved(() => change.mutateAsync({ id: webhook.id, ...given, ...moved }));
        onClose();
      } else await proved(() => create.mutateAsync({ url: address, ...given }));
    } catch (error) {
      if (!(error instanceof NotProved)) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <FormDialog
        title={webhook ? t.editTitle : t.newTitle}
        onClose={onClose}
        onSubmit={() => void submit()}
        submit={webhook ? t.save : t.create}
        busy={busy}
        refusal={isRefused ? null : refusal(failure)}
        dirty={touched}
        size={600}
      >
        <TextInput
          type="url"
          label={t.url}
          description={t.urlHint}
          placeholder="https://"
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          maxLength={LONGEST_URL}
          value={url}
          error={isRefused ? t.urlRefused : tried && !isAddress(address) ? t.urlMissing : null}
          onChange={(event) => {
            setUrl(event.currentTarget.value);
            setTouched(true);
            setFailure(null);
          }}
        />
        <TextInput
          label={t.description}
          description={t.descriptionHint}
          autoComplete="off"
          maxLength={LONGEST_DESCRIPTION}
          value={description}
          onChange={(event) => {
            setDescription(event.currentTarget.value);
            setTouched(true);
          }}
        />
        <EventChoice
          chosen={chosen}
          isMissing={tried && nothingChosen === true}
          onChoose={(next) => {
            setChosen(next);
            setTouched(true);
          }}
        />
      </FormDialog>
      {dialog}
    </>
  );
}
