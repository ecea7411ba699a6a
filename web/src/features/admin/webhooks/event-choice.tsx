/** Of what a webhook is told: everything, or kinds that are chosen from groups. */

import { useEffect, useId, useRef } from "react";
import { useMessages } from "@/shared/i18n/language";
import { eventMessages } from "./event-messages";
import { EVENT_GROUPS, type EventGroup, GROUPS, toggled } from "./events";
import { webhookMessages } from "./messages";
import classes from "./webhooks.module.css";

interface EventChoiceProps {
  /** null: every event, of kinds to come too. */
  chosen: ReadonlySet<string> | null;
  onChoose: (chosen: ReadonlySet<string> | null) => void;
  /** Nothing was chosen, and it was tried to go on. */
  isMissing: boolean;
}

export function EventChoice({ chosen, onChoose, isMissing }: EventChoiceProps) {
  const t = useMessages(webhookMessages);
  const group = useId();
  const kept = useRef<ReadonlySet<string>>(chosen ?? new Set());
  const choose = (next: ReadonlySet<string>) => {
    kept.current = next;
    onChoose(next);
  };
  return (
    <fieldset className={classes["choices"]}>
      <legend className={classes["legend"]}>{t.which}</legend>
      <label className={classes["choice"]}>
        <input type="radio" name={group} checked={chosen === null} onChange={() => onChoose(null)} />
        <span>
          <span className={classes["choiceName"]}>{t.all}</span>
          <span className={classes["small"]}>{t.allHint}</span>
        </span>
      </label>
      <label className={classes["choice"]}>
        <input type="radio" name={group} checked={chosen !== null} onChange={() => onChoose(kept.current)} />
        <span>
          <span className={classes["choiceName"]}>{t.some}</span>
          <span className={classes["small"]}>{t.someHint}</span>
        </span>
      </label>
      {chosen && (
        <div className={classes["groups"]}>
          {EVENT_GROUPS.map((name) => (
            <Group name={name} chosen={chosen} onChoose={choose} key={name} />
          ))}
        </div>
      )}
      {isMissing && (
        <p className={classes["error"]} role="alert">
          {t.chooseOne}
        </p>
      )}
    </fieldset>
  );
}

interface GroupProps {
  name: EventGroup;
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

function Group({ name, chosen, onChoose }: GroupProps) {
  const t = useMessages(eventMessages);
  const those: readonly (typeof GROUPS)[EventGroup][number][] = GROUPS[name];
  const count = those.filter((one) => chosen.has(one)).length;
  const whole = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (whole.current) whole.current.indeterminate = count > 0 && count < those.length;
  }, [count, those]);
  return (
    <fieldset className={classes["group"]} aria-label={t.group[name]}>
      <label className={classes["box"]} data-whole="">
        <input
          ref={whole}
          type="checkbox"
          checked={count === those.length}
          onChange={() => onChoose(toggled(chosen, those))}
        />
        {t.group[name]}
      </label>
      <div className={classes["boxes"]}>
        {those.map((one) => (
          <label className={classes["box"]} title={one} key={one}>
            <input
              type="checkbox"
              checked={chosen.has(one)}
              onChange={() => onChoose(toggled(chosen, [one]))}
            />
            {t.event[one]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
