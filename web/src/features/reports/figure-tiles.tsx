/** The figures of the whole time, each with its share and with what changed since the same number of days before. */

import { useMessages } from "@/shared/i18n/language";
import { useAmounts } from "./amounts";
import type { Summary } from "./api/reports";
import classes from "./figure-tiles.module.css";
import { reportMessages } from "./messages";

interface Tile {
  name: string;
  value: string;
  hint?: string | undefined;
  /** What it is now and was before, to compare; `good` says which way is better, 0 where neither is. */
  now: number;
  before?: number | undefined;
  good: 1 | -1 | 0;
  alarming?: boolean;
}

export function FigureTiles({ summary, before }: { summary: Summary; before: Summary | undefined }) {
  const t = useMessages(reportMessages);
  return (
    <dl className={classes["tiles"]} title={t.compared}>
      {useTiles(summary, before).map((tile) => (
        <div key={tile.name} className={classes["tile"]} data-alarming={tile.alarming || undefined}>
          <dt>{tile.name}</dt>
          <dd className={classes["value"]}>{tile.value}</dd>
          {tile.hint && <dd className={classes["hint"]}>{tile.hint}</dd>}
          <Change {...tile} />
        </div>
      ))}
    </dl>
  );
}

function useTiles({ total }: Summary, earlier: Summary | undefined): Tile[] {
  const t = useMessages(reportMessages);
  const { count, share, span, money } = useAmounts();
  const { figures, first_response, unanswered, resolution, cost } = total;
  const past = earlier?.total;
  const median = first_response?.median_seconds ?? null;
  const tiles: Tile[] = [
    {
      name: t.received,
      value: count(figures.received),
      now: figures.received,
      before: past?.figures.received,
      good: 0,
    },
    { name: t.sent, value: count(figures.sent), now: figures.sent, before: past?.figures.sent, good: 0 },
    {
      name: t.delivered,
      value: share(figures.delivered, figures.sent),
      hint: t.ofSent(count(figures.delivered)),
      now: ratio(figures.delivered, figures.sent),
      before: past && ratio(past.figures.delivered, past.figures.sent),
      good: 1,
    },
    {
      name: t.read,
      value: share(figures.read, figures.delivered),
      hint: t.ofDelivered(count(figures.read)),
      now: ratio(figures.read, figures.delivered),
      before: past && ratio(past.figures.read, past.figures.delivered),
      good: 1,
    },
    {
      name: t.replied,
      value: share(figures.replied, figures.sent),
      hint: t.ofSent(count(figures.replied)),
      now: ratio(figures.replied, figures.sent),
      before: past && ratio(past.figures.replied, past.figures.sent),
      good: 1,
    },
    {
      name: t.failed,
      value: count(figures.failed),
      hint: figures.failed > 0 ? t.ofMade(share(figures.failed, figures.made)) : undefined,
      now: figures.failed,
      before: past?.figures.failed,
      good: -1,
      alarming: ratio(figures.failed, figures.made) > 0.05,
    },
    {
      name: t.firstResponse,
      value: span(median),
      hint: first_response?.count ? `${t.median} · ${t.answered(count(first_response.count))}` : undefined,
      now: median ?? 0,
      before: median === null ? undefined : (past?.first_response?.median_seconds ?? undefined),
      good: -1,
    },
    {
      name: t.unansweredName,
      value: count(unanswered ?? 0),
      now: unanswered ?? 0,
      before: past?.unanswered ?? undefined,
      good: -1,
    },
    {
      name: t.resolution,
      value: span(resolution?.median_seconds),
      hint: resolution?.count ? `${t.median} · ${t.resolved(count(resolution.count))}` : undefined,
      now: resolution?.median_seconds ?? 0,
      before: resolution?.count ? (past?.resolution?.median_seconds ?? undefined) : undefined,
      good: -1,
    },
    {
      name: t.cost,
      value: money(cost.amount, cost.currency),
      hint: t.charged(count(cost.charged)),
      now: Number(cost.amount),
      before: past && Number(past.cost.amount),
      good: 0,
    },
  ];
  return tiles;
}

function Change({ now, before, good }: Tile) {
  const t = useMessages(reportMessages);
  const { share } = useAmounts();
  if (!before) return null; // nothing to compare with
  const change = now / before - 1;
  if (Math.abs(change) < 0.005) return <dd className={classes["change"]}>{t.same}</dd>;
  const words = share(Math.abs(now - before), before);
  return (
    <dd className={classes["change"]} data-tone={tone(change, good)}>
      {change > 0 ? t.more(words) : t.less(words)}
    </dd>
  );
}

function tone(change: number, good: 1 | -1 | 0): "good" | "bad" | undefined {
  if (good === 0) return undefined;
  return Math.sign(change) === good ? "good" : "bad";
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
