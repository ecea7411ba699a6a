/** The days of the time: how many messages, how long people waited, what it cost; each as a chart and as a table. */

import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useAmounts } from "./amounts";
import { type Asked, csvOf, type Line } from "./api/reports";
import { CsvLink } from "./breakdown";
import { type Column, DataTable } from "./data-table";
import { DayChart, type Series } from "./day-chart";
import { reportMessages } from "./messages";
import { type Days, everyDay } from "./period";
import classes from "./reports-page.module.css";

interface TrendsProps {
  days: Days;
  lines: Line[];
  asked: Asked;
  currency: string;
}

export function Trends({ days, lines, asked, currency }: TrendsProps) {
  const t = useMessages(reportMessages);
  const { count, span, money } = useAmounts();
  const known = new Map(lines.map((line) => [line.day, line]));
  const every = everyDay(days);
  const of = <T,>(pick: (line: Line) => T, none: T) =>
    every.map((day) => {
      const line = known.get(day);
      return line ? pick(line) : none;
    });
  const costs = of((line) => Number(line.cost.amount), 0);
  const waits = of((line) => line.first_response?.median_seconds ?? null, null);
  const shown = { every, asked, known };
  return (
    <div className={classes["charts"]}>
      <Trend
        {...shown}
        wide
        name={t.byDay}
        kind="bars"
        format={count}
        series={[
          { name: t.received, tone: "blue", values: of((line) => line.figures.received, 0) },
          { name: t.sent, tone: "green", values: of((line) => line.figures.sent, 0) },
        ]}
        columns={[
          { name: t.received, cell: (line) => count(line?.figures.received ?? 0) },
          { name: t.sent, cell: (line) => count(line?.figures.sent ?? 0) },
          { name: t.delivered, cell: (line) => count(line?.figures.delivered ?? 0) },
          { name: t.read, cell: (line) => count(line?.figures.read ?? 0) },
          { name: t.replied, cell: (line) => count(line?.figures.replied ?? 0) },
          { name: t.failed, cell: (line) => count(line?.figures.failed ?? 0) },
        ]}
      />
      {waits.some((wait) => wait !== null) && (
        <Trend
          {...shown}
          name={t.waitByDay}
          kind="line"
          seconds
          format={span}
          series={[{ name: t.firstResponse, tone: "amber", values: waits }]}
          columns={[
            { name: t.firstResponse, cell: (line) => span(line?.first_response?.median_seconds) },
            { name: t.answeredName, cell: (line) => count(line?.first_response?.count ?? 0) },
            { name: t.unansweredName, cell: (line) => count(line?.unanswered ?? 0) },
          ]}
        />
      )}
      {costs.some((cost) => cost > 0) && (
        <Trend
          {...shown}
          name={t.costByDay}
          kind="bars"
          format={(value) => money(value, currency)}
          series={[{ name: t.cost, tone: "green", values: costs }]}
          columns={[
            { name: t.cost, cell: (line) => money(line?.cost.amount ?? 0, currency) },
            { name: t.chargedName, cell: (line) => count(line?.cost.charged ?? 0) },
          ]}
        />
      )}
    </div>
  );
}

interface TrendProps {
  name: string;
  every: string[];
  known: Map<string | null, Line>;
  asked: Asked;
  kind: "bars" | "line";
  series: Series[];
  format: (value: number) => string;
  columns: Column<Line | undefined>[];
  seconds?: boolean;
  wide?: boolean;
}

function Trend({
  name,
  every,
  known,
  asked,
  kind,
  series,
  format,
  columns,
  seconds,
  wide,
}: TrendProps): ReactNode {
  const t = useMessages(reportMessages);
  const { tenant_id } = useTenant();
  const { day: dayName } = useAmounts();
  const rows = every.map((day) => ({ day, line: known.get(day) })).reverse();
  return (
    <section className={classes["card"]} data-wide={wide || undefined}>
      <h2 className={classes["subtitle"]}>{name}</h2>
      <DayChart
        label={t.chartOf(name)}
        days={every}
        series={series}
        kind={kind}
        format={format}
        seconds={seconds ?? false}
      />
      <details className={classes["behind"]}>
        <summary>{t.showTable}</summary>
        <DataTable
          label={name}
          rows={rows}
          keyOf={({ day }) => day}
          columns={[
            { name: t.day, words: true, cell: ({ day }) => dayName(day) },
            ...columns.map((column) => ({
              name: column.name,
              cell: ({ line }: { line: Line | undefined }) => column.cell(line),
            })),
          ]}
        />
        <CsvLink name={name} to={csvOf(tenant_id, "series", asked)} />
      </details>
    </section>
  );
}
