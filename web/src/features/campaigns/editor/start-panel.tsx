/** The start: now, or at a time by the clock of some place. */

import { Button, SegmentedControl, Select, TextInput } from "@mantine/core";
import { IconCalendarTime, IconPlayerPlay } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { moneyIn } from "@/shared/i18n/money";
import { zoneLabel, zones } from "@/shared/lib/zones";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { FormError } from "@/shared/ui/form-error";
import { type Campaign, useDeed, useSchedule } from "../api/campaigns";
import type { DryRun } from "../api/report";
import { campaignMessages, wordFor } from "../messages";
import { isPast, suggestedStart } from "../model/timing";
import classes from "./check.module.css";
import { checkMessages } from "./check-messages";

interface StartPanelProps {
  campaign: Campaign;
  found: DryRun | null;
  /** Something was written that is not stored: it would start without it. */
  unsaved: boolean;
}

export function StartPanel({ campaign, found, unsaved }: StartPanelProps) {
  const t = useMessages(checkMessages);
  const words = useMessages(campaignMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const [when, setWhen] = useState<"now" | "later">("now");
  const [zone, setZone] = useState(campaign.time_zone);
  const [at, setAt] = useState(() => suggestedStart(new Date(), campaign.time_zone));
  const [asking, setAsking] = useState(false);
  const deed = useDeed(campaign.id);
  const schedule = useSchedule(campaign.id);
  const known = useMemo(() => {
    const now = new Date();
    return zones(campaign.time_zone).map((value) => ({ value, label: zoneLabel(value, now) }));
  }, [campaign.time_zone]);
  const past = isPast(at, zone, new Date());
  const ready = campaign.state === "ready" && found !== null && !unsaved;
  return (
    <section className={classes["card"]} data-strong>
      <h2 className={classes["name"]}>{t.start}</h2>
      {campaign.state === "ready" && campaign.reason && (
        <div role="alert">
          <strong>{wordFor(words.reason, campaign.reason) ?? campaign.reason_detail}</strong>
          <p className={classes["hint"]}>{wordFor(words.remedy, campaign.reason)}</p>
        </div>
      )}
      <SegmentedControl
        aria-label={t.start}
        value={when}
        data={[
          { value: "now", label: t.now },
          { value: "later", label: t.later },
        ]}
        onChange={(value) => setWhen(value === "later" ? "later" : "now")}
      />
      {when === "later" && (
        <div className={classes["pair"]}>
          <TextInput
            type="datetime-local"
            label={t.at}
            value={at}
            error={past && t.past}
            onChange={(event) => setAt(event.currentTarget.value)}
          />
          <Select
            label={t.zone}
            data={known}
            value={zone}
            searchable
            limit={80}
            allowDeselect={false}
            onChange={(value) => value && setZone(value)}
          />
        </div>
      )}
      {!ready && <p className={classes["hint"]}>{unsaved ? t.saveFirst : t.notReady}</p>}
      {schedule.error && <FormError>{refusal(schedule.error)}</FormError>}
      {when === "now" ? (
        <Button
          size="md"
          disabled={!ready}
          leftSection={<IconPlayerPlay size={18} />}
          onClick={() => setAsking(true)}
        >
          {t.startNow}
        </Button>
      ) : (
        <Button
          size="md"
          disabled={!ready || past || !at}
          loading={schedule.isPending}
          leftSection={<IconCalendarTime size={18} />}
          onClick={() => schedule.mutate({ at, time_zone: zone })}
        >
          {t.schedule}
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t.confirm(found?.eligible ?? 0)}
        confirm={t.startNow}
        onConfirm={() => deed.mutateAsync("start")}
      >
        {found && t.confirmHint(moneyIn(format.locale, found.cost.amount, found.cost.currency))}{" "}
        {campaign.quiet_hours && t.confirmQuiet}
      </ConfirmDialog>
    </section>
  );
}
