/** How far it is: one bar, its legend, and what it came to. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { moneyIn } from "@/shared/i18n/money";
import type { Campaign, Progress } from "../api/campaigns";
import type { Report } from "../api/report";
import { campaignMessages } from "../messages";
import { deliveredOf, doneOf, hasBegun, percentOf, sharesOf } from "../model/figures";
import { ProgressBar } from "../parts/progress-bar";
import bar from "../parts/progress-bar.module.css";
import { watchMessages } from "./messages";
import classes from "./watch.module.css";

interface FiguresProps {
  campaign: Campaign;
  progress: Progress;
  report: Report | undefined;
}

export function Figures({ campaign, progress, report }: FiguresProps) {
  const t = useMessages(watchMessages);
  const words = useMessages(campaignMessages);
  const format = useFormat();
  const all = progress.recipients;
  return (
    <section className={classes["card"]} aria-label={t.progress}>
      <div className={classes["cardHead"]}>
        <h2 className={classes["subtitle"]}>{t.done(format.number(percentOf(doneOf(progress), all)))}</h2>
        <span className={classes["hint"]}>{t.all(all)}</span>
      </div>
      <ProgressBar progress={progress} tall />
      <ul className={classes["legend"]}>
        {sharesOf(progress).map(({ part, count, percent }) => (
          <li key={part}>
            <span className={bar["sign"]} data-part={part} aria-hidden="true" />
            <span>{words.part[part]}</span>
            <strong>{format.number(count)}</strong>
            <span className={classes["hint"]}>{format.number(percent)} %</span>
          </li>
        ))}
      </ul>
      {hasBegun(campaign) && <KeyFigures progress={progress} report={report} />}
    </section>
  );
}

function KeyFigures({ progress, report }: Omit<FiguresProps, "campaign">) {
  const t = useMessages(watchMessages);
  const format = useFormat();
  const delivered = deliveredOf(progress);
  const share = (count: number, all: number) => format.number(percentOf(count, all));
  return (
    <dl className={classes["figures"]}>
      <Figure name={t.figures.delivered} value={format.number(delivered)}>
        {t.ofAll(share(delivered, progress.recipients))}
      </Figure>
      <Figure name={t.figures.read} value={format.number(progress.read)}>
        {t.ofDelivered(share(progress.read, delivered))}
      </Figure>
      <Figure name={t.figures.replied} value={report ? format.number(report.replied) : "–"}>
        {report && t.ofDelivered(share(report.replied, delivered))}
      </Figure>
      <Figure name={t.figures.failed} value={format.number(progress.failed)}>
        {t.ofAll(share(progress.failed, progress.recipients))}
      </Figure>
      <Figure
        name={t.figures.cost}
        value={report ? moneyIn(format.locale, report.cost.amount, report.cost.currency) : "–"}
      >
        {report && (report.free > 0 ? t.costHint(format.number(report.free)) : t.costTold)}
      </Figure>
    </dl>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children?: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span className={classes["hint"]}>{children}</span>
      </dd>
    </div>
  );
}
