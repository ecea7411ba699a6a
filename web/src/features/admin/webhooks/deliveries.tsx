/** What was told to a webhook, the latest first: what became of it, why it was not taken, and sending it again. */

import { ActionIcon, Button, Select, Tooltip } from "@mantine/core";
import { IconRefresh, IconReload, IconWebhook } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { LoadMore } from "@/shared/ui/load-more";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { ToneWord } from "@/shared/ui/tone";
import {
  type Delivery,
  type DeliveryState,
  useDeliveries,
  useReplay,
  useReplayFailed,
  type Webhook,
} from "../api/webhooks";
import classes from "./deliveries.module.css";
import { deliveryMessages } from "./delivery-messages";
import { eventMessages } from "./event-messages";
import { useReason } from "./reason";
import { isRetried, STATE_TONES } from "./standing";

const STATES: readonly DeliveryState[] = ["waiting", "delivered", "failed"];
const ANY = "any";

export function Deliveries({ webhook }: { webhook: Webhook }) {
  const t = useMessages(deliveryMessages);
  const [state, setState] = useState<DeliveryState | null>(null);
  const pages = useDeliveries(webhook.id, state);
  const { items } = pages;
  return (
    <section aria-labelledby="deliveries">
      <h2 className={classes["title"]} id="deliveries">
        {t.title}
      </h2>
      <p className={classes["small"]}>{t.hint}</p>
      <div className={classes["filters"]}>
        <Select
          label={t.state}
          allowDeselect={false}
          data={[
            { value: ANY, label: t.anyState },
            ...STATES.map((value) => ({ value, label: t.states[value] })),
          ]}
          value={state ?? ANY}
          onChange={(chosen) => setState(STATES.find((one) => one === chosen) ?? null)}
        />
        <Tooltip label={t.refresh}>
          <ActionIcon variant="default" size={36} aria-label={t.refresh} onClick={pages.refetch}>
            <IconRefresh size={18} />
          </ActionIcon>
        </Tooltip>
        {webhook.enabled && webhook.failed > 0 && <ReplayFailed webhook={webhook} />}
      </div>
      {pages.isPending && <ListSkeleton rows={4} />}
      {pages.error && !items ? <ErrorState error={pages.error} onRetry={pages.refetch} /> : null}
      {items?.length === 0 && (
        <EmptyState
          icon={<IconWebhook size={26} stroke={1.6} />}
          title={state ? t.none : t.empty}
          action={
            state && (
              <Button variant="default" onClick={() => setState(null)}>
                {t.clear}
              </Button>
            )
          }
        >
          {!state && t.emptyHint}
        </EmptyState>
      )}
      {items && items.length > 0 && (
        <ul className={classes["list"]} aria-label={t.list}>
          {items.map((one) => (
            <Entry one={one} webhook={webhook} key={one.id} />
          ))}
        </ul>
      )}
      {items && (
        <LoadMore more={pages.more} loading={pages.loadingMore} error={pages.error} onMore={pages.loadMore} />
      )}
    </section>
  );
}

function ReplayFailed({ webhook }: { webhook: Webhook }) {
  const t = useMessages(deliveryMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const replay = useReplayFailed();
  return (
    <Button
      variant="default"
      leftSection={<IconReload size={16} />}
      loading={replay.isPending}
      onClick={() =>
        replay.mutate(webhook.id, {
          onSuccess: ({ replayed }) =>
            tellSaved(replayed > 0 ? t.replayedAll(format.number(replayed)) : t.replayedNone),
          onError: (error) => tellFailed(refusal(error) ?? ""),
        })
      }
    >
      {t.replayFailed(format.number(webhook.failed))}
    </Button>
  );
}

function Entry({ one, webhook }: { one: Delivery; webhook: Webhook }) {
  const t = useMessages(deliveryMessages);
  const { event } = useMessages(eventMessages);
  const { tenant_id, can } = useTenant();
  return (
    <li className={classes["entry"]}>
      <div className={classes["words"]}>
        <span className={classes["what"]}>{own(event, one.type) ?? one.type}</span>
        <span className={classes["small"]}>
          <code>{one.id}</code>
          {one.conversation_id && can("inbox:read") && (
            <>
              {" · "}
              <Link to={`/t/${tenant_id}/inbox/${one.conversation_id}`}>{t.open}</Link>
            </>
          )}
        </span>
      </div>
      <div className={classes["words"]}>
        <ToneWord tone={isRetried(one) ? "warn" : STATE_TONES[one.state]}>{t.states[one.state]}</ToneWord>
        <span className={classes["small"]}>
          <Standing one={one} isOff={!webhook.enabled} />
        </span>
      </div>
      <span className={classes["when"]}>
        <Time at={one.done_at ?? one.created_at} />
      </span>
      {webhook.enabled && <Replay one={one} webhook={webhook} />}
    </li>
  );
}

function Replay({ one, webhook }: { one: Delivery; webhook: Webhook }) {
  const t = useMessages(deliveryMessages);
  const refusal = useRefusal();
  const replay = useReplay();
  const again = one.state === "waiting" ? t.replayNow : t.replay;
  const send = () =>
    replay.mutate(
      { id: webhook.id, delivery: one.id },
      {
        onSuccess: () => tellSaved(t.replayed),
        onError: (error) => tellFailed(refusal(error) ?? ""),
      },
    );
  return (
    <Tooltip label={again}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={34}
        aria-label={`${again}: ${one.id}`}
        loading={replay.isPending}
        onClick={send}
      >
        <IconReload size={17} />
      </ActionIcon>
    </Tooltip>
  );
}

/** What became of it in half sentences: the answer, or why there was none and when it is tried again. */
function Standing({ one, isOff }: { one: Delivery; isOff: boolean }) {
  const t = useMessages(deliveryMessages);
  const format = useFormat();
  const reason = useReason();
  const tries = one.attempts > 0 && t.attempts(one.attempts);
  if (one.state === "delivered") {
    const answer = t.taken(one.last_status ?? 0, format.number(one.duration_ms ?? 0));
    return one.attempts > 1 ? `${answer} · ${tries}` : answer;
  }
  const why = one.state === "failed" || isRetried(one) ? reason(one.last_reason, one.last_status) : null;
  const next = one.state === "waiting" && (isOff ? t.held : nextOf(one, t, format.dateTime));
  return [why, tries, next].filter(Boolean).join(" · ");
}

function nextOf(
  one: Delivery,
  t: { soon: string; next: (when: string) => string },
  say: (at: string) => string,
) {
  return one.due_at && isRetried(one) && Date.parse(one.due_at) > Date.now()
    ? t.next(say(one.due_at))
    : t.soon;
}
