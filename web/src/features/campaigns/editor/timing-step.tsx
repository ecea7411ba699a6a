/** The third step: by which clock, in which hours not, how fast at first, and when it stops by itself. */

import { Button, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useMemo } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { zoneLabel, zones } from "@/shared/lib/zones";
import { FormError } from "@/shared/ui/form-error";
import type { Campaign } from "../api/campaigns";
import { rampHours } from "../model/timing";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";
import type { Timing, TimingDraft } from "./use-timing";

const QUIET = { start: "21:00", end: "09:00" };
const RAMP = { first_hour: 500, factor: 2 };
const STOP_AT = 25;
const FACTORS = ["1", "1.5", "2", "3", "5"];
const MANY = 1_000_000;

export function TimingStep({ timing, onSaved }: { timing: TimingDraft; onSaved: () => void }) {
  const { timing: t, next } = useMessages(editorMessages);
  const refusal = useRefusal();
  const { stored, now: chosen, endless, choose } = timing;
  const { quiet_hours: quiet, ramp_up: ramp, pause_at_failures: stopAt } = chosen;
  const now = useMemo(() => new Date(), []);
  const known = useMemo(
    () => zones(stored.time_zone).map((value) => ({ value, label: zoneLabel(value, now) })),
    [stored.time_zone, now],
  );
  const setQuiet = (quiet_hours: Timing["quiet_hours"]) => choose({ quiet_hours });
  const save = (event: FormEvent) => {
    event.preventDefault();
    timing.save(onSaved);
  };
  return (
    <form className={classes["timing"]} onSubmit={save}>
      <Select
        label={t.zone}
        description={t.zoneHint}
        data={known}
        value={chosen.time_zone}
        searchable
        limit={80}
        allowDeselect={false}
        onChange={(value) => value && choose({ time_zone: value })}
      />
      <Choice
        label={t.quiet}
        hint={t.quietHint}
        on={quiet !== null}
        onChange={(on) => setQuiet(on ? (stored.quiet_hours ?? QUIET) : null)}
      >
        {quiet && (
          <div className={classes["span"]}>
            <TextInput
              type="time"
              label={t.quietFrom}
              value={quiet.start}
              error={endless && t.quietEqual}
              onChange={(event) => setQuiet({ ...quiet, start: event.currentTarget.value.slice(0, 5) })}
            />
            <TextInput
              type="time"
              label={t.quietTo}
              value={quiet.end}
              onChange={(event) => setQuiet({ ...quiet, end: event.currentTarget.value.slice(0, 5) })}
            />
          </div>
        )}
      </Choice>
      <Choice
        label={t.ramp}
        hint={t.rampHint}
        on={ramp !== null}
        onChange={(on) => choose({ ramp_up: on ? (stored.ramp_up ?? RAMP) : null })}
      >
        {ramp && <RampFields ramp={ramp} onChange={(ramp_up) => choose({ ramp_up })} />}
      </Choice>
      <Choice
        label={t.stop}
        hint={t.stopHint}
        on={stopAt !== null}
        onChange={(on) => choose({ pause_at_failures: on ? (stored.pause_at_failures ?? STOP_AT) : null })}
      >
        {stopAt !== null && (
          <div className={classes["span"]}>
            <NumberInput
              label={t.stopAt}
              suffix=" %"
              min={1}
              max={100}
              clampBehavior="strict"
              allowDecimal={false}
              value={stopAt}
              onChange={(value) =>
                choose({ pause_at_failures: Math.min(100, Math.max(1, Number(value) || 1)) })
              }
            />
          </div>
        )}
        <p className={classes["hint"]}>{t.fixed}</p>
      </Choice>
      {timing.error && <FormError>{refusal(timing.error)}</FormError>}
      <div className={classes["actions"]}>
        <Button type="submit" loading={timing.isSaving}>
          {next}
        </Button>
      </div>
    </form>
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
}

function Choice({ label, hint, on, onChange, children }: ChoiceProps) {
  return (
    <section className={classes["card"]}>
      <Switch
        label={label}
        description={hint}
        checked={on}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {children}
    </section>
  );
}

type Ramp = NonNullable<Campaign["ramp_up"]>;

function RampFields({ ramp, onChange }: { ramp: Ramp; onChange: (ramp: Ramp) => void }) {
  const { timing: t } = useMessages(editorMessages);
  const format = useFormat();
  const factors = [...new Set([...FACTORS, String(ramp.factor)])];
  const hours = rampHours(ramp.first_hour, ramp.factor, MANY, 4).map(format.number).join(", ");
  return (
    <>
      <div className={classes["span"]}>
        <NumberInput
          label={t.firstHour}
          min={1}
          max={MANY}
          allowDecimal={false}
          thousandSeparator=" "
          value={ramp.first_hour}
          onChange={(value) =>
            onChange({ ...ramp, first_hour: Math.min(MANY, Math.max(1, Number(value) || 1)) })
          }
        />
        <Select
          label={t.factor}
          allowDeselect={false}
          value={String(ramp.factor)}
          data={factors.map((value) => ({
            value,
            label: value === "1" ? t.factorSame : t.factorOf(format.number(Number(value))),
          }))}
          onChange={(value) => value && onChange({ ...ramp, factor: Number(value) })}
        />
      </div>
      <p className={classes["hint"]} role="status">
        {t.rampSays(hours)}
      </p>
    </>
  );
}
