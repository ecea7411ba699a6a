/** What a dry run found: who gets it, who does not and why, what stands in its way, what it costs. */

import { IconAlertTriangle, IconClock, IconCoin, IconUsers } from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { moneyIn } from "@/shared/i18n/money";
import { countryName } from "@/shared/lib/countries";
import { whyOf } from "@/shared/whatsapp/why";
import { whyMessages } from "@/shared/whatsapp/why-messages";
import type { DryRun, Estimate } from "../api/report";
import { campaignMessages, wordFor } from "../messages";
import classes from "./check.module.css";
import { checkMessages } from "./check-messages";

/** It ends by itself, and its detail says when. */
const RESTRICTED = "restricted";

export function Verdict({ found }: { found: DryRun }) {
  const t = useMessages(checkMessages);
  const format = useFormat();
  return (
    <>
      <Stops found={found} />
      <section className={classes["card"]}>
        <div className={classes["big"]} role="status">
          <IconUsers size={22} aria-hidden="true" />
          <strong>{found.eligible > 0 ? t.gets(found.eligible) : t.getsNobody}</strong>
          <span className={classes["hint"]}>{t.ofRows(found.rows)}</span>
        </div>
        <LeftOut found={found} />
        {found.over_limit > 0 && (
          <div className={classes["note"]}>
            <strong>{t.overLimit(found.over_limit)}</strong>
            <p className={classes["hint"]}>{t.overLimitHint(format.number(found.limit.people ?? 0))}</p>
          </div>
        )}
      </section>
      <div className={classes["pair"]}>
        <CostCard cost={found.cost} />
        <section className={classes["card"]}>
          <h2 className={classes["name"]}>
            <IconClock size={18} aria-hidden="true" /> {t.takes}
          </h2>
          <p className={classes["figure"]}>{lastsOf(found.seconds, t, format.number)}</p>
          <p className={classes["hint"]}>{t.takesHint}</p>
        </section>
      </div>
    </>
  );
}

function Stops({ found }: { found: DryRun }) {
  const t = useMessages(checkMessages);
  const words = useMessages(campaignMessages);
  if (found.stops.length === 0) return null;
  const ends = found.stops.every(({ reason }) => reason === RESTRICTED);
  const title =
    found.state === "paused"
      ? ends
        ? t.pausesAgainTitle
        : t.heldTitle
      : ends
        ? t.pausesTitle
        : t.stopsTitle;
  return (
    <section className={classes["stops"]} role="alert">
      <h2 className={classes["name"]}>
        <IconAlertTriangle size={18} aria-hidden="true" /> {title}
      </h2>
      <ul>
        {found.stops.map(({ reason, detail }) => (
          <li key={reason}>
            <strong>{wordFor(words.reason, reason) ?? detail}</strong>
            <p>{wordFor(words.remedy, reason)}</p>
            {reason === RESTRICTED && <p className={classes["hint"]}>{detail}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function LeftOut({ found }: { found: DryRun }) {
  const t = useMessages(checkMessages);
  const why = useMessages(whyMessages);
  const format = useFormat();
  const lines: [string, number][] = [
    ...Object.entries(found.refused_by).map(
      ([reason, count]) => [whyOf({ reason, error_code: null }, why) ?? reason, count] as [string, number],
    ),
    [t.invalid, found.invalid],
    [t.duplicate, found.duplicate],
  ];
  const shown = lines.filter(([, count]) => count > 0);
  if (shown.length === 0) return null;
  return (
    <table className={classes["lines"]}>
      <caption>{t.why}</caption>
      <tbody>
        {shown.map(([words, count]) => (
          <tr key={words}>
            <th scope="row">{words}</th>
            <td>{format.number(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CostCard({ cost }: { cost: Estimate }) {
  const t = useMessages(checkMessages);
  const format = useFormat();
  const amount = (value: string) => moneyIn(format.locale, value, cost.currency);
  return (
    <section className={classes["card"]}>
      <h2 className={classes["name"]}>
        <IconCoin size={18} aria-hidden="true" /> {t.cost}
      </h2>
      <p className={classes["figure"]}>{amount(cost.amount)}</p>
      {cost.unpriced > 0 && <p className={classes["hint"]}>{t.costUnpriced(cost.unpriced)}</p>}
      <p className={classes["hint"]}>{t.costHint(format.date(`${cost.as_of}T12:00:00`))}</p>
      {cost.by_country.length > 0 && (
        <details className={classes["more"]}>
          <summary>{t.countries}</summary>
          <table className={classes["costs"]}>
            <thead>
              <tr>
                <th scope="col">{t.country}</th>
                <th scope="col">{t.messages}</th>
                <th scope="col">{t.each}</th>
                <th scope="col">{t.amount}</th>
              </tr>
            </thead>
            <tbody>
              {cost.by_country.map((one) => (
                <tr key={`${one.country} ${one.category}`}>
                  <th scope="row">{one.country ? countryName(one.country, format.locale) : t.elsewhere}</th>
                  <td>{format.number(one.messages)}</td>
                  <td>{amount(one.each)}</td>
                  <td>{amount(one.amount)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}

interface Lasting {
  seconds: string;
  minutes: (count: string) => string;
  hours: (count: string) => string;
}

function lastsOf(seconds: number, t: Lasting, number: (value: number) => string): string {
  if (seconds < 60) return t.seconds;
  if (seconds < 5_400) return t.minutes(number(Math.round(seconds / 60)));
  return t.hours(number(Math.round(seconds / 360) / 10));
}
