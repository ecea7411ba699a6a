/** One outgoing webhook: how it stands, what can be done about it, and what was told. */

import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { WorkPage } from "@/shared/ui/work-page";
import { type Delivery, useWebhooks, type Webhook } from "./api/webhooks";
import { Deliveries } from "./webhooks/deliveries";
import { eventMessages } from "./webhooks/event-messages";
import { webhookMessages } from "./webhooks/messages";
import { nameOf } from "./webhooks/standing";
import { StandingNote, StandingWord } from "./webhooks/standing-words";
import { TestOutcome } from "./webhooks/test-outcome";
import { Verifying } from "./webhooks/verifying";
import { WebhookActions } from "./webhooks/webhook-actions";
import classes from "./webhooks/webhooks.module.css";

export function WebhookPage() {
  const t = useMessages(webhookMessages);
  const { tenant_id } = useTenant();
  const { webhook: id = "" } = useParams<{ webhook: string }>();
  const [, navigate] = useLocation();
  const { data, error, refetch } = useWebhooks();
  const [test, setTest] = useState<Delivery | null>(null);
  const list = `/t/${tenant_id}/settings/webhooks`;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const webhook = data.find((one) => one.id === id);
  if (!webhook) return <EmptyState isPage title={t.missing} />;
  return (
    <WorkPage
      back={{ to: list, label: t.title }}
      title={nameOf(webhook)}
      state={<StandingWord webhook={webhook} as="pill" />}
      end={<WebhookActions webhook={webhook} onTest={setTest} onRemoved={() => navigate(list)} />}
    >
      <StandingNote webhook={webhook} />
      {test && <TestOutcome webhook={webhook} test={test} key={test.id} />}
      <Facts webhook={webhook} />
      <Verifying />
      <Deliveries webhook={webhook} />
    </WorkPage>
  );
}

function Facts({ webhook }: { webhook: Webhook }) {
  const t = useMessages(webhookMessages);
  const { event } = useMessages(eventMessages);
  const format = useFormat();
  const { url, types, secret_last4, last_delivered_at, created_at, waiting, failed } = webhook;
  return (
    <dl className={classes["facts"]}>
      <div>
        <dt>{t.url}</dt>
        <dd>
          <code>{url}</code>
        </dd>
      </div>
      <div>
        <dt>{t.lastDelivered}</dt>
        <dd>
          {last_delivered_at ? <Time at={last_delivered_at} as="relative" /> : t.never} ·{" "}
          {t.waiting(format.number(waiting))} · {t.failed(format.number(failed))}
        </dd>
      </div>
      <div>
        <dt>{t.events}</dt>
        <dd>{types.length === 0 ? t.everyEvent : types.map((one) => own(event, one) ?? one).join(" · ")}</dd>
      </div>
      <div>
        <dt>{t.secret}</dt>
        <dd>
          <code>whsec_…{secret_last4}</code> · {t.made} {format.date(created_at)}
        </dd>
      </div>
    </dl>
  );
}
