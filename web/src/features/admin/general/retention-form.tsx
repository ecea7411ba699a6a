/** How long things are kept. A shorter time deletes: it is said how much, and asked first. */

import { Button, NumberInput, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { olderQuery, type TenantShown, useChangeTenant } from "../api/tenant";
import classes from "./general.module.css";
import { generalMessages } from "./messages";
import { type Choice, choiceOf, daysOf, deletes, LONGEST, OFFERED, SHORTEST } from "./retention";

export function RetentionForm({ tenant }: { tenant: TenantShown }) {
  const t = useMessages(generalMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const change = useChangeTenant();
  const before = tenant.retention_days;
  const [choice, setChoice] = useState<Choice>(() => choiceOf(before));
  const [typed, setTyped] = useState(before === null ? "" : String(before));
  const [asking, setAsking] = useState<number | null>(null);
  const words = useDaysInWords();
  const days = daysOf(choice, typed);

  const save = async (retention_days: number | null) => {
    await change.mutateAsync({ retention_days });
    tellSaved(t.saved);
  };
  const settle = (after: number | null | undefined, chosen: Choice) => {
    if (after === undefined || after === before) return;
    if (after !== null && deletes(before, after)) setAsking(after);
    else
      save(after).catch((error: unknown) => {
        // What was typed stays beside its button; what is chosen from the list would look kept.
        if (chosen !== "own") setChoice(choiceOf(before));
        tellFailed(refusal(error) ?? "");
      });
  };
  const choose = (chosen: Choice) => {
    setChoice(chosen);
    if (chosen !== "own") settle(daysOf(chosen, typed), chosen);
  };
  const leave = () => {
    setAsking(null);
    setChoice(choiceOf(before));
  };
  return (
    <div className={classes["fields"]}>
      <Select
        label={t.keep}
        allowDeselect={false}
        data={[
          { value: "forever", label: t.forever },
          ...OFFERED.map((one) => ({ value: `${one}`, label: words(one) })),
          { value: "own", label: t.own },
        ]}
        value={choice}
        onChange={(value) => value && choose(value as Choice)}
      />
      {choice === "own" && (
        <div className={classes["own"]}>
          <NumberInput
            label={t.ownDays}
            w={140}
            allowDecimal={false}
            allowNegative={false}
            hideControls
            value={typed}
            error={
              typed !== "" && days === undefined
                ? t.ownWrong(format.number(SHORTEST), format.number(LONGEST))
                : null
            }
            onChange={(value) => setTyped(String(value))}
          />
          <Button
            variant="default"
            disabled={days === undefined || days === before}
            loading={change.isPending}
            onClick={() => settle(days, "own")}
          >
            {t.change}
          </Button>
        </div>
      )}
      <p className={classes["stays"]}>
        {t.stays}{" "}
        {before !== null && (tenant.purged_at ? t.purged(format.relative(tenant.purged_at)) : t.notPurged)}
      </p>
      {asking !== null && (
        <ConfirmDialog
          opened
          onClose={leave}
          title={t.confirmTitle(words(asking))}
          confirm={t.confirm}
          danger
          onConfirm={() => save(asking)}
        >
          <Older days={asking} />
        </ConfirmDialog>
      )}
    </div>
  );
}

function Older({ days }: { days: number }) {
  const t = useMessages(generalMessages);
  const format = useFormat();
  const { tenant_id } = useTenant();
  const refusal = useRefusal();
  const { data, error } = useQuery(olderQuery(tenant_id, days));
  if (!data) return refusal(error) ?? t.counting;
  if (data.messages === 0) return t.nothing;
  const counted = format.number(data.messages);
  return data.capped ? t.countedMore(counted) : t.counted(counted);
}

const YEAR = 365;

function useDaysInWords(): (days: number) => string {
  const t = useMessages(generalMessages);
  const format = useFormat();
  return (days) => {
    if (days % YEAR !== 0) return t.days(format.number(days));
    return days === YEAR ? t.year : t.years(format.number(days / YEAR));
  };
}
