/** What can be done with one webhook, and what is asked before. */

import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  IconDots,
  IconKey,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconSend,
  IconTrash,
} from "@tabler/icons-react";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useProof } from "@/shared/session/proof";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import {
  type Delivery,
  useChangeSecret,
  useChangeWebhook,
  useDeleteWebhook,
  useSendTest,
  type Webhook,
} from "../api/webhooks";
import { webhookMessages } from "./messages";
import { ShownSecret } from "./shown-secret";
import { nameOf } from "./standing";
import { SwitchOnDialog } from "./switch-on-dialog";
import { WebhookDialog } from "./webhook-dialog";

type Asking = "edit" | "secret" | "off" | "on" | "remove" | null;

interface WebhookActionsProps {
  webhook: Webhook;
  onTest: (test: Delivery) => void;
  onRemoved: () => void;
}

export function WebhookActions({ webhook, onTest, onRemoved }: WebhookActionsProps) {
  const t = useMessages(webhookMessages);
  const refusal = useRefusal();
  const test = useSendTest();
  const [asking, setAsking] = useState<Asking>(null);
  const name = nameOf(webhook);
  return (
    <>
      {webhook.enabled ? (
        <Button
          variant="default"
          leftSection={<IconSend size={16} />}
          loading={test.isPending}
          onClick={() =>
            test.mutate(webhook.id, {
              onSuccess: onTest,
              onError: (error) => tellFailed(refusal(error) ?? ""),
            })
          }
        >
          {t.test}
        </Button>
      ) : (
        <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setAsking("on")}>
          {t.switchOn}
        </Button>
      )}
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t.more(name)}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setAsking("edit")}>
            {t.edit}
          </Menu.Item>
          <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setAsking("secret")}>
            {t.changeSecret}
          </Menu.Item>
          {webhook.enabled && (
            <Menu.Item leftSection={<IconPlayerPause size={16} />} onClick={() => setAsking("off")}>
              {t.switchOff}
            </Menu.Item>
          )}
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => setAsking("remove")}>
            {t.remove}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === "edit" && <WebhookDialog webhook={webhook} onClose={() => setAsking(null)} />}
      {asking === "on" && <SwitchOnDialog webhook={webhook} onClose={() => setAsking(null)} />}
      <Questions webhook={webhook} {...{ asking, onRemoved }} onClose={() => setAsking(null)} />
    </>
  );
}

interface QuestionsProps {
  webhook: Webhook;
  asking: Asking;
  onClose: () => void;
  onRemoved: () => void;
}

function Questions({ webhook, asking, onClose, onRemoved }: QuestionsProps) {
  const t = useMessages(webhookMessages);
  const { proved, dialog } = useProof();
  const change = useChangeWebhook();
  const secret = useChangeSecret();
  const remove = useDeleteWebhook();
  const [shown, setShown] = useState<string | null>(null);
  const name = nameOf(webhook);
  return (
    <>
      <ConfirmDialog
        opened={asking === "secret"}
        onClose={onClose}
        title={t.secretAsk(name)}
        confirm={t.secretVerb}
        onConfirm={async () => {
          const changed = await proved(() => secret.mutateAsync(webhook.id));
          setShown(changed.secret);
        }}
      >
        {t.secretWords}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === "off"}
        onClose={onClose}
        title={t.offAsk(name)}
        confirm={t.offVerb}
        onConfirm={async () => {
          await proved(() => change.mutateAsync({ id: webhook.id, enabled: false }));
          tellSaved(t.offDone(name));
        }}
      >
        {t.offWords}
      </ConfirmDialog>
      <ConfirmDialog
        opened={asking === "remove"}
        onClose={onClose}
        title={t.removeAsk(name)}
        confirm={t.removeVerb}
        danger
        onConfirm={async () => {
          await remove.mutateAsync(webhook.id);
          tellSaved(t.removed(name));
          onRemoved();
        }}
      >
        {t.removeWords}
      </ConfirmDialog>
      {dialog}
      {shown && <ShownSecret secret={shown} isChanged onClose={() => setShown(null)} />}
    </>
  );
}
