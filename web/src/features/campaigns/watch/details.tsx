/** How it was sent: what cannot be changed any more. */

import { useFormat, useMessages } from "@/shared/i18n/language";
import { useDirectory } from "@/shared/store/hooks";
import type { Campaign } from "../api/campaigns";
import { campaignMessages } from "../messages";
import { watchMessages } from "./messages";
import classes from "./watch.module.css";

export function Details({ campaign }: { campaign: Campaign }) {
  const t = useMessages(watchMessages);
  const words = useMessages(campaignMessages);
  const format = useFormat();
  const connection = useDirectory("connections").get(campaign.connection_id);
  const { template, quiet_hours: quiet, ramp_up: ramp, pause_at_failures: stop } = campaign;
  const facts: [string, string][] = [
    [t.template, words.template(template.name, template.language.code)],
    [t.from, [connection?.name, connection?.phone].filter(Boolean).join(" · ")],
    ...(campaign.started_at ? [[t.by, format.full(campaign.started_at)] as [string, string]] : []),
    [t.zone, campaign.time_zone],
    [t.quiet, quiet ? t.quietSays(quiet.start, quiet.end) : t.no],
    [t.ramp, ramp ? t.rampSays(format.number(ramp.first_hour), format.number(ramp.factor)) : t.no],
    [t.stopAt, stop === null ? t.no : t.stopSays(format.number(stop))],
  ];
  return (
    <section className={classes["card"]}>
      <h2 className={classes["subtitle"]}>{t.details}</h2>
      <dl className={classes["facts"]}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
