/** When it begins, or why it stands still and what to do about it. */

import { IconCalendarTime, IconPlayerPause } from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import type { Campaign } from "../api/campaigns";
import { campaignMessages, wordFor } from "../messages";
import { ownZone } from "../model/timing";
import { watchMessages } from "./messages";
import classes from "./watch.module.css";

export function Notices({ campaign }: { campaign: Campaign }) {
  const words = useMessages(campaignMessages);
  const t = useMessages(watchMessages);
  const { locale } = useFormat();
  const { state, reason, reason_detail, scheduled_at, time_zone } = campaign;
  if (state === "scheduled" && scheduled_at) {
    const said = (timeZone: string) =>
      new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short", timeZone }).format(
        new Date(scheduled_at),
      );
    const there = said(time_zone);
    const here = said(ownZone());
    return (
      <section className={classes["notice"]} data-tone="good">
        <IconCalendarTime size={22} aria-hidden="true" />
        <div>
          <strong>{t.begins(there, time_zone)}</strong>
          {there !== here && <p>{t.here(here)}</p>}
        </div>
      </section>
    );
  }
  if ((state === "paused" || state === "failed") && reason) {
    return (
      <section className={classes["notice"]} data-tone={state === "failed" ? "bad" : "warn"} role="alert">
        <IconPlayerPause size={22} aria-hidden="true" />
        <div>
          <strong>{wordFor(words.reason, reason) ?? reason_detail ?? reason}</strong>
          <p>{wordFor(words.remedy, reason)}</p>
          {reason_detail && <p className={classes["small"]}>{reason_detail}</p>}
        </div>
      </section>
    );
  }
  return null;
}
