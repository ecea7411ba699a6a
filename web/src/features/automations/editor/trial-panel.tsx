/** The rule as it is written now, tried with a message at a time: what would be written, given away, made pressing, or why nothing happens. */

import { Button, Textarea, TextInput } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import { momentIn, ownZone, wallClock } from "@/shared/lib/zones";
import { useDirectory } from "@/shared/store/hooks";
import { FormError } from "@/shared/ui/form-error";
import { ToneWord } from "@/shared/ui/tone";
import { Phone } from "@/shared/whatsapp/phone-preview";
import { RichText } from "@/shared/whatsapp/rich-text";
import { type Deed, type Rule, type RuleTrial, useTryRule } from "../api/automations";
import { automationMessages } from "../messages";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";

export function TrialPanel({ rule, sound }: { rule: Rule; sound: boolean }) {
  const { trial: t } = useMessages(editorMessages);
  const refusal = useRefusal();
  const trial = useTryRule();
  const zone = rule.kind === "away" ? rule.time_zone : ownZone();
  const [text, setText] = useState(rule.kind === "priority" ? t.urgentExample : t.textExample);
  const [at, setAt] = useState(() => wallClock(new Date(), zone));
  const moment = momentIn(at, zone);
  const timed = at === "" || moment !== null; // without a time it is tried now
  const asked: RuleTrial = {
    rule,
    text,
    at: moment?.toISOString() ?? null,
    connection_id: rule.connection_ids?.[0] ?? null,
  };
  const stale = JSON.stringify(trial.variables) !== JSON.stringify(asked);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (sound && timed) trial.mutate(asked);
  };
  return (
    <section className={classes["trial"]} aria-label={t.title}>
      <form className={classes["asking"]} onSubmit={send}>
        <h2 className={classes["title"]}>{t.title}</h2>
        <p className={classes["hint"]}>{t.hint}</p>
        <Textarea
          label={t.text}
          autosize
          minRows={1}
          maxRows={5}
          maxLength={4096}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label={t.at}
          description={t.atZone(zone.replaceAll("_", " "))}
          value={at}
          onChange={(event) => setAt(event.currentTarget.value.slice(0, 16))}
        />
        <Button
          type="submit"
          variant="default"
          leftSection={<IconFlask size={16} />}
          loading={trial.isPending}
          disabled={!sound || !timed}
        >
          {t.verb}
        </Button>
      </form>
      {trial.error && !stale && <FormError>{refusal(trial.error)}</FormError>}
      <div role="status" className={classes["outcome"]}>
        {trial.data && !stale && <Outcome deed={trial.data} text={text} />}
        {trial.data && stale && <span className={classes["hint"]}>{t.stale}</span>}
      </div>
    </section>
  );
}

function Outcome({ deed, text }: { deed: Deed; text: string }) {
  const { trial: t } = useMessages(editorMessages);
  const { priorities } = useMessages(automationMessages);
  const given = useGiven();
  return (
    <Phone label={t.verb} from={t.customer}>
      <div className={classes["thread"]}>
        <div className={classes["bubble"]}>
          <RichText text={text || "…"} />
        </div>
        {deed.does === "reply" && (
          <div className={classes["bubble"]} data-ours>
            <RichText text={deed.text} />
          </div>
        )}
        {deed.does === "assign" && <ToneWord tone="good">{t.gives(given(deed))}</ToneWord>}
        {deed.does === "priority" && <ToneWord tone="good">{t.becomes(priorities[deed.priority])}</ToneWord>}
        {deed.does === "nothing" && (
          <div className={classes["nothing"]}>
            <ToneWord tone="quiet">{t.nothing}</ToneWord>
            <span className={classes["hint"]}>{own(t.reason, deed.reason) ?? deed.reason}</span>
          </div>
        )}
      </div>
    </Phone>
  );
}

function useGiven(): (deed: Extract<Deed, { does: "assign" }>) => string {
  const { trial: t } = useMessages(editorMessages);
  const people = useDirectory("people");
  const teams = useDirectory("teams");
  return ({ user_id, team_id }) => {
    const who = user_id && (people.get(user_id)?.name ?? user_id);
    const team = team_id && t.team(teams.get(team_id)?.name ?? team_id);
    return who && team ? t.both(who, team) : who || team || "";
  };
}
