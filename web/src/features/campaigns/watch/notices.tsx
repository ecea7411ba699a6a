/** When it begins, or why it stands still and what to do about it. */

import { IconCalendarTime, IconHelpCircle, IconHourglass, IconPlayerPause } from "@tabler/icons-react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { ownZone } from "@/shared/lib/zones";
import type { Campaign, Progress } from "../api/campaigns";
import { campaignMessages, wordFor } from "../messages";
import { withoutRoom } from "../model/figures";
import { watchMessages } from "./messages";
import classes from "./watch.module.css";

export function Notices({ campaign, progress }: { campaign: Campaign; progress: Progress | undefined }) {
  const words = useMessages(campaignMessages);
  const t = useMessages(watchMessages);
  const format = useFormat();
  const { locale } = format;
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
  const waiting = progress ? withoutRoom(progress) : 0;
  if (state === "running" && waiting > 0) {
    return (
      <section className={classes["notice"]} data-tone="warn" role="status">
        <IconHourglass size={22} aria-hidden="true" />
        <div>
          <strong>{t.noRoom(format.number(waiting))}</strong>
          <p>{t.noRoomHint}</p>
        </div>
      </section>
    );
  }
  return null;
}

/** How many of its messages nobody knows the fate of, and what that means. */
export function Unconfirmed({ progress }: { progress: Progress }) {
  const t = useMessages(watchMessages);
  if (progress.unknown === 0) return null;
  return (
    <section className={classes["notice"]} data-tone="warn" role="status">
      <IconHelpCircle size={22} aria-hidden="true" />
      <div>
        <strong>{t.unconfirmed(progress.unknown)}</strong>
        <p>{t.unconfirmedHint}</p>
      </div>
    </section>
  );
}

/** How many Meta has taken and holds back, to see how people take the first ones. */
export function Held({ progress }: { progress: Progress }) {
  const t = useMessages(watchMessages);
  if (!progress.held) return null; // an older server does not tell
  return (
    <section className={classes["notice"]} data-tone="warn" role="status">
      <IconHourglass size={22} aria-hidden="true" />
      <div>
        <strong>{t.held(progress.held)}</strong>
        <p>{t.heldHint}</p>
      </div>
    </section>
  );
}
