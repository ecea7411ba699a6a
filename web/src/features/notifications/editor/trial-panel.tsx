/** The rule tried with the sample: the whole way, the gate included, and nothing sent. */

import { Button } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { ToneWord } from "@/shared/ui/tone";
import { type Foreseen, type Rule, useTryRule } from "../api/notifications";
import { notificationMessages } from "../messages";
import { useReason } from "../parts/reason";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";

interface TrialPanelProps {
  /** Null: it is not kept yet. */
  ruleId: string | null;
  rule: Rule;
  data: Record<string, unknown>;
}

export function TrialPanel({ ruleId, rule, data }: TrialPanelProps) {
  const { trial: t } = useMessages(editorMessages);
  const refusal = useRefusal();
  const trial = useTryRule();
  const asked = { rule_id: ruleId, rule, data };
  const stale = JSON.stringify(trial.variables) !== JSON.stringify(asked);
  return (
    <section className={classes["trial"]} aria-label={t.title}>
      <h2 className={classes["title"]}>{t.title}</h2>
      <p className={classes["hint"]}>{t.hint}</p>
      <Button
        variant="default"
        leftSection={<IconFlask size={16} />}
        loading={trial.isPending}
        onClick={() => trial.mutate(asked)}
      >
        {t.verb}
      </Button>
      <div role="status" className={classes["outcome"]}>
        {trial.data && !stale && <Outcome foreseen={trial.data} />}
        {(trial.data || trial.error) && stale && <span className={classes["hint"]}>{t.stale}</span>}
      </div>
      {trial.error && !stale && <FormError>{refusal(trial.error)}</FormError>}
    </section>
  );
}

function Outcome({ foreseen: { state, reason, detail, recipient, due_at } }: { foreseen: Foreseen }) {
  const { trial: t } = useMessages(editorMessages);
  const { state: states } = useMessages(notificationMessages);
  const format = useFormat();
  const why = useReason()(reason, detail);
  const tone = state === "sent" ? "good" : state === "refused" ? "bad" : "warn";
  return (
    <>
      <ToneWord tone={tone}>{state === "sent" ? t.sent(recipient ?? "") : states[state]}</ToneWord>
      {why && <span className={classes["hint"]}>{why}</span>}
      {reason === "invalid_request" && <span className={classes["hint"]}>{detail}</span>}
      {state === "sent" && new Date(due_at).getTime() - Date.now() > 30_000 && (
        <span className={classes["hint"]}>{t.at(format.relative(due_at))}</span>
      )}
    </>
  );
}
