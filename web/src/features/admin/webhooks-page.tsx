/** Outgoing webhooks: which of one's own servers are told what happens here, and whether they take it. */

import { Button } from "@mantine/core";
import { IconPlus, IconWebhook } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { useWebhooks, type Webhook } from "./api/webhooks";
import { webhookMessages } from "./webhooks/messages";
import { nameOf } from "./webhooks/standing";
import { StandingWord } from "./webhooks/standing-words";
import { WebhookDialog } from "./webhooks/webhook-dialog";
import classes from "./webhooks/webhooks.module.css";

export function WebhooksPage() {
  const t = useMessages(webhookMessages);
  const { tenant_id } = useTenant();
  const [, navigate] = useLocation();
  const { data: webhooks, error, isPending, refetch } = useWebhooks();
  const [making, setMaking] = useState(false);
  const add = (
    <Button leftSection={<IconPlus size={17} />} onClick={() => setMaking(true)}>
      {t.add}
    </Button>
  );
  const isEmpty = webhooks?.length === 0;
  return (
    <SettingsBody title={t.title} hint={t.hint} action={webhooks && !isEmpty && add}>
      {isPending && <ListSkeleton rows={3} />}
      {error && !webhooks && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isEmpty && (
        <EmptyState icon={<IconWebhook size={26} stroke={1.6} />} title={t.empty} action={add}>
          {t.emptyHint}
        </EmptyState>
      )}
      {webhooks && !isEmpty && (
        <Rows label={t.list}>
          {webhooks.map((webhook) => (
            <WebhookRow webhook={webhook} key={webhook.id} />
          ))}
        </Rows>
      )}
      {making && (
        <WebhookDialog
          webhook={null}
          onClose={() => setMaking(false)}
          onMade={({ id }) => navigate(`/t/${tenant_id}/settings/webhooks/${id}`)}
        />
      )}
    </SettingsBody>
  );
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const t = useMessages(webhookMessages);
  const format = useFormat();
  const { tenant_id } = useTenant();
  const { types, waiting, failed, last_delivered_at } = webhook;
  const counts = [
    waiting > 0 && t.waiting(format.number(waiting)),
    failed > 0 && t.failed(format.number(failed)),
  ].filter(Boolean);
  return (
    <Row
      faded={!webhook.enabled}
      title={
        <Link to={`/t/${tenant_id}/settings/webhooks/${webhook.id}`} className={classes["name"]}>
          {nameOf(webhook)}
        </Link>
      }
      hint={`${webhook.url} · ${types.length === 0 ? t.everyEvent : t.someEvents(types.length)}`}
      meta={
        <span className={classes["standing"]}>
          <StandingWord webhook={webhook} />
          {counts.length > 0 && <span>{counts.join(" · ")}</span>}
          {last_delivered_at && (
            <span>
              {t.lastDelivered} <Time at={last_delivered_at} as="relative" />
            </span>
          )}
        </span>
      }
    />
  );
}
