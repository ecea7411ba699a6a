/** What Meta thinks of a number, and whether it and we can reach each other. */

import { Tooltip } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { Time } from "@/shared/ui/time";
import { ToneWord } from "@/shared/ui/tone";
import type { Connection } from "./api/status";
import classes from "./connection-facts.module.css";
import { cardMessages } from "./messages";
import { limitOf, nameOf, qualityOf, tokenOf, webhookOf } from "./standing";
import { useNow } from "./use-now";

export function ConnectionFacts({ connection }: { connection: Connection }) {
  const t = useMessages(cardMessages);
  const format = useFormat();
  const now = useNow();
  const quality = qualityOf(connection.quality_rating);
  const name = nameOf(connection.name_status);
  const token = tokenOf(connection.token_expires_at, now);
  const webhook = webhookOf(connection, now);
  const people = limitOf(connection.messaging_limit);
  return (
    <dl className={classes["facts"]}>
      <Fact label={t.facts.quality}>
        <ToneWord tone={quality.tone}>{t.quality[quality.word]}</ToneWord>
      </Fact>
      <Fact label={t.facts.limit} hint={t.limitHint}>
        {people === null
          ? t.limitUnknown
          : people === Number.POSITIVE_INFINITY
            ? t.limitNone
            : t.limit(format.number(people))}
      </Fact>
      <Fact label={t.facts.name}>
        <ToneWord tone={name.tone}>{t.name[name.word]}</ToneWord>
      </Fact>
      <Fact label={t.facts.speed}>{t.speed(format.number(connection.messages_per_second))}</Fact>
      <Fact label={t.facts.token}>
        <ToneWord tone={token.tone}>
          {token.word === "endless" || token.word === "expired"
            ? t.token[token.word]
            : t.tokenEnds(format.relative(connection.token_expires_at ?? "", now))}
        </ToneWord>
      </Fact>
      <Fact label={t.facts.webhook} hint={webhook.word === "silent" ? t.silentHint : null}>
        <ToneWord tone={webhook.tone}>
          {webhook.word === "heard" && connection.last_webhook_at ? (
            <Time at={connection.last_webhook_at} as="relative" />
          ) : (
            t.webhook[webhook.word === "silent" ? "silent" : "waiting"]
          )}
        </ToneWord>
      </Fact>
    </dl>
  );
}

function Fact({ label, hint, children }: { label: string; hint?: string | null; children: ReactNode }) {
  return (
    <div>
      <dt className={classes["label"]}>
        {label}
        {hint && (
          <Tooltip
            label={hint}
            multiline
            w={260}
            events={{ hover: true, focus: true, touch: true }}
            withinPortal
          >
            <button type="button" className={classes["hint"]} aria-label={hint}>
              <IconInfoCircle size={14} />
            </button>
          </Tooltip>
        )}
      </dt>
      <dd className={classes["value"]}>{children}</dd>
    </div>
  );
}
