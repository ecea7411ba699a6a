/** How a webhook stands, in a word; and in sentences where somebody has to do something about it. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { ToneWord } from "@/shared/ui/tone";
import type { Webhook } from "../api/webhooks";
import { webhookMessages } from "./messages";
import { useReason } from "./reason";
import { standingOf, TONES } from "./standing";

export function StandingWord({ webhook, as = "plain" }: { webhook: Webhook; as?: "pill" | "plain" }) {
  const t = useMessages(webhookMessages);
  const standing = standingOf(webhook);
  return (
    <ToneWord tone={TONES[standing]} as={as}>
      {t.standing[standing]}
    </ToneWord>
  );
}

export function StandingNote({ webhook }: { webhook: Webhook }) {
  const t = useMessages(webhookMessages);
  const format = useFormat();
  const reason = useReason();
  const standing = standingOf(webhook);
  if (standing === "healthy" || standing === "untried") return null;
  const why =
    standing === "off" || standing === "gone" ? null : reason(webhook.last_reason, webhook.last_status);
  return (
    <FormError tone="warn">
      {standing === "failing"
        ? `${t.failingSince(format.dateTime(webhook.failing_since ?? ""))} `
        : `${t.why[standing]} `}
      {why && `${capital(why)}. `}
      {standing === "failing" && t.failingGoesOn}
    </FormError>
  );
}

function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
