/** What messages came to: the figures of a time, its days, and who and what they come from. */

import { IconChartBar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useLocation, useSearch } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { useAmounts } from "./amounts";
import { type Asked, csvOf, type Period, type Summary, seriesQuery, summaryQuery } from "./api/reports";
import { Breakdown, CsvLink } from "./breakdown";
import { FigureTiles } from "./figure-tiles";
import { reportMessages } from "./messages";
import { before, daysOf, PRESETS, type Preset, wrongDays } from "./period";
import { type Chosen, PeriodPicker } from "./period-picker";
import classes from "./reports-page.module.css";
import { Trends } from "./trends";

const USUAL = "30" satisfies Preset;

export function ReportsPage() {
  const { tenant_id } = useTenant();
  // Which day it is by the tenant's clock, the server says: a report of the last days ends with today.
  const latest = useQuery(summaryQuery(tenant_id, {}));
  if (latest.data) return <Report today={latest.data.period.last_day} />;
  if (latest.error) return <ErrorState error={latest.error} onRetry={() => void latest.refetch()} />;
  return <PageSkeleton />;
}

function Report({ today }: { today: string }) {
  const t = useMessages(reportMessages);
  const { tenant_id } = useTenant();
  const [chosen, choose] = useChosen(today);
  const number = chosen.number ?? undefined;
  const usual = daysOf(USUAL, today);
  const fine = wrongDays(chosen.days, today) === null;
  // The usual days are asked for without naming them: the answer is there already.
  const asked: Asked = chosen.preset === USUAL ? { number } : { ...chosen.days, number };
  const summary = useQuery({ ...summaryQuery(tenant_id, clean(asked)), enabled: fine });
  const earlier = useQuery({
    ...summaryQuery(tenant_id, clean({ ...before(fine ? chosen.days : usual), number })),
    enabled: fine,
    placeholderData: undefined as never,
  });
  const series = useQuery({ ...seriesQuery(tenant_id, clean(asked)), enabled: fine });
  return (
    <div className={classes["page"]}>
      <div className={classes["body"]}>
        <header className={classes["head"]}>
          <div>
            <h1 className={classes["title"]}>{t.title}</h1>
            {summary.data && <Hint period={summary.data.period} />}
          </div>
          <PeriodPicker chosen={chosen} today={today} onChoose={choose} />
        </header>
        {summary.error && !summary.data ? (
          <ErrorState error={summary.error} onRetry={() => void summary.refetch()} />
        ) : (
          summary.data && (
            <div className={classes["told"]} data-old={summary.isPlaceholderData || !fine || undefined}>
              <Notes period={summary.data.period} />
              {isEmpty(summary.data) ? (
                <EmptyState icon={<IconChartBar size={28} stroke={1.6} />} title={t.empty.page}>
                  {t.empty.pageHint}
                </EmptyState>
              ) : (
                <>
                  <FigureTiles summary={summary.data} before={earlier.data} />
                  <p className={classes["below"]}>
                    {t.compared}
                    <CsvLink name={t.title} to={csvOf(tenant_id, "summary", clean(asked))} />
                  </p>
                  {series.error && !series.data && (
                    <ErrorState error={series.error} onRetry={() => void series.refetch()} />
                  )}
                  {series.data && (
                    <Trends
                      days={{ from: series.data.period.first_day, to: series.data.period.last_day }}
                      lines={series.data.lines}
                      asked={clean(asked)}
                      currency={summary.data.total.cost.currency}
                    />
                  )}
                  <Breakdown asked={clean(asked)} failures={summary.data.failures} />
                </>
              )}
            </div>
          )
        )}
      </div>
    </div>
  );
}

function Hint({ period }: { period: Period }) {
  const t = useMessages(reportMessages);
  const { longDay } = useAmounts();
  const { first_day, last_day, time_zone } = period;
  const zone = time_zone.replaceAll("_", " ");
  return (
    <p className={classes["hint"]}>
      {first_day === last_day
        ? t.hintDay(longDay(first_day), zone)
        : t.hint(longDay(first_day), longDay(last_day), zone)}
    </p>
  );
}

function Notes({ period }: { period: Period }) {
  const t = useMessages(reportMessages);
  const { count } = useAmounts();
  const notes = [
    period.pending_days > 0 && t.pending(count(period.pending_days)),
    period.partial_days > 0 && t.partial(count(period.partial_days)),
    period.other_clock_days > 0 && t.otherClock(count(period.other_clock_days)),
  ].filter((note) => note !== false);
  return notes.map((note) => (
    <p key={note} className={classes["note"]} role="status">
      {note}
    </p>
  ));
}

function isEmpty({ total, failures }: Summary): boolean {
  const { received, made } = total.figures;
  return received + made + failures.length + (total.resolution?.count ?? 0) === 0;
}

/** What is chosen, read from the address and written back to it. */
function useChosen(today: string): [Chosen, (changes: Partial<Chosen>) => void] {
  const search = new URLSearchParams(useSearch());
  const [location, navigate] = useLocation();
  const named = search.get("days") as Preset;
  const preset = PRESETS.includes(named) ? named : USUAL;
  const usual = daysOf(USUAL, today);
  const days =
    preset === "own"
      ? { from: search.get("from") ?? usual.from, to: search.get("to") ?? usual.to }
      : daysOf(preset, today);
  const chosen = { preset, days, number: search.get("number") };
  const choose = (changes: Partial<Chosen>) => {
    const next = { ...chosen, ...changes };
    const query = new URLSearchParams();
    if (next.preset !== USUAL) query.set("days", next.preset);
    if (next.preset === "own") {
      query.set("from", next.days.from);
      query.set("to", next.days.to);
    }
    if (next.number) query.set("number", next.number);
    navigate(query.size > 0 ? `${location}?${query}` : location, { replace: true });
  };
  return [chosen, choose];
}

/** Without what was not asked for, so that the same question is the same key. */
function clean(asked: Asked): Asked {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value));
}
