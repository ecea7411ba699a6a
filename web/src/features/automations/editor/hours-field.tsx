/** The week: when it is open, day by day. */

import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import type { Hours } from "../api/automations";
import {
  DAYS,
  dayName,
  endOf,
  nextSpan,
  type Span,
  shownEnd,
  spansOf,
  WORKDAYS,
  withSpans,
} from "../model/hours";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";

interface HoursFieldProps {
  hours: readonly Hours[];
  onChange: (hours: Hours[]) => void;
  error: string | undefined;
}

export function HoursField({ hours, onChange, error }: HoursFieldProps) {
  const { form: t } = useMessages(editorMessages);
  return (
    <fieldset className={classes["week"]}>
      <legend className={classes["label"]}>{t.hours}</legend>
      <p className={classes["hint"]}>{t.hoursHint}</p>
      {DAYS.map((day) => (
        <Day
          key={day}
          day={day}
          spans={spansOf(hours, day)}
          onChange={(spans) => onChange(withSpans(hours, [day], spans))}
        />
      ))}
      <div>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => onChange(withSpans(hours, WORKDAYS, spansOf(hours, WORKDAYS[0])))}
        >
          {t.copy}
        </Button>
      </div>
      {error && <FormError>{error}</FormError>}
    </fieldset>
  );
}

interface DayProps {
  day: number;
  spans: readonly Span[];
  onChange: (spans: readonly Span[]) => void;
}

function Day({ day, spans, onChange }: DayProps) {
  const { form: t } = useMessages(editorMessages);
  const { locale } = useFormat();
  const name = dayName(day, locale);
  const change = (index: number, changes: Partial<Span>) =>
    onChange(spans.map((span, place) => (place === index ? { ...span, ...changes } : span)));
  return (
    <div className={classes["day"]}>
      <span className={classes["dayName"]}>{name}</span>
      <div className={classes["spans"]}>
        {spans.length === 0 && <span className={classes["closed"]}>{t.closed}</span>}
        {spans.map((span, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a span is its place in the day
          <div className={classes["span"]} key={index}>
            <TextInput
              type="time"
              aria-label={t.opens(name)}
              value={span.opens}
              onChange={(event) => change(index, { opens: event.currentTarget.value.slice(0, 5) })}
            />
            <span aria-hidden="true">–</span>
            <TextInput
              type="time"
              aria-label={t.closes(name)}
              value={shownEnd(span.closes)}
              onChange={(event) => change(index, { closes: endOf(event.currentTarget.value) })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={34}
              aria-label={t.dropSpan(name)}
              title={t.dropSpan(name)}
              onClick={() => onChange(spans.filter((_, place) => place !== index))}
            >
              <IconX size={16} />
            </ActionIcon>
          </div>
        ))}
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={34}
        aria-label={t.addSpan(name)}
        title={t.addSpan(name)}
        disabled={spans.length >= 4}
        onClick={() => onChange([...spans, nextSpan(spans)])}
      >
        <IconPlus size={16} />
      </ActionIcon>
    </div>
  );
}
