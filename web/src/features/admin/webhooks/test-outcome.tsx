/** A test that was sent, and what comes of it, as it comes. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { ToneWord } from "@/shared/ui/tone";
import { type Delivery, useTest, type Webhook } from "../api/webhooks";
import { deliveryMessages } from "./delivery-messages";
import { useReason } from "./reason";
import classes from "./webhooks.module.css";

export function TestOutcome({ webhook, test }: { webhook: Webhook; test: Delivery }) {
  const t = useMessages(deliveryMessages);
  const format = useFormat();
  const reason = useReason();
  const now = useTest(webhook.id, test);
  const isOut = now.state === "waiting" && now.attempts === 0;
  const refused = t.testRefused(reason(now.last_reason, now.last_status) ?? "");
  return (
    <p className={classes["outcome"]} role="status">
      {isOut ? (
        <ToneWord tone="quiet">{webhook.enabled ? t.testing : t.testHeld}</ToneWord>
      ) : now.state === "delivered" ? (
        <ToneWord tone="good">
          {t.testTaken(now.last_status ?? 0, format.number(now.duration_ms ?? 0))}
        </ToneWord>
      ) : (
        <ToneWord tone="bad">
          <span>
            {refused} {now.state === "waiting" && now.due_at && t.testRetried(format.dateTime(now.due_at))}
          </span>
        </ToneWord>
      )}
    </p>
  );
}
