/** What became of a file's rows: how many are people, and of each other one its line and why. */

import { Button } from "@mantine/core";
import { IconCircleCheck, IconDownload } from "@tabler/icons-react";
import { fileName, useDownload } from "@/shared/api/download";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { FaultTable } from "@/shared/ui/sheet";
import { phoneFaultMessages } from "@/shared/whatsapp/phone-faults";
import { type FaultRow, failedRowsPath, type Taken } from "../api/audience";
import { wordFor } from "../messages";
import { faultOf } from "../model/faults";
import classes from "./people.module.css";
import { peopleMessages } from "./people-messages";

interface TakenResultProps {
  taken: Taken;
  campaign: { id: string; name: string };
}

export function TakenResult({ taken, campaign }: TakenResultProps) {
  const t = useMessages(peopleMessages);
  const format = useFormat();
  const sentence = useFaultSentence();
  const { row_count, taken_count, invalid_count, duplicate_count } = taken;
  const left = invalid_count + duplicate_count;
  const [all, good] = [format.number(row_count), format.number(taken_count)];
  const title = taken_count === 0 ? t.resultNone : left === 0 ? t.resultAll(all) : t.result(good, all);
  return (
    <section className={classes["result"]} aria-label={title}>
      <p className={classes["resultTitle"]} role="status" data-none={taken_count === 0 || undefined}>
        {taken_count > 0 && <IconCircleCheck size={20} aria-hidden="true" />}
        {title}
      </p>
      {left > 0 && (
        <>
          <div className={classes["faultsHead"]}>
            <div>
              <h3 className={classes["subtitle"]}>{t.faults(left)}</h3>
              <p className={classes["hint"]}>
                {taken.reasons
                  .map(
                    ({ reason, count }) => `${wordFor(t.reason, reason) ?? reason}: ${format.number(count)}`,
                  )
                  .join(" · ")}
              </p>
            </div>
            <FailedRowsButton campaign={campaign} />
          </div>
          <FaultTable
            heads={{ line: t.line, why: t.why, row: t.row }}
            rows={taken.faults.map((row) => ({ ...row, why: sentence(row) }))}
          />
          {left > taken.faults.length && (
            <p className={classes["hint"]}>{t.faultsFirst(format.number(taken.faults.length))}</p>
          )}
        </>
      )}
    </section>
  );
}

function useFaultSentence(): (row: Pick<FaultRow, "reason" | "about" | "detail">) => string {
  const t = useMessages(peopleMessages);
  const phoneFaults = useMessages(phoneFaultMessages);
  return (row) => {
    const word = faultOf(row);
    switch (word.key) {
      case "phone_invalid":
        return phoneFaults[word.why];
      case "variable_missing":
      case "variable_not_one_line":
      case "variable_too_long":
      case "variable_unfit":
        return t.fault[word.key](word.variable);
      case "duplicate_line":
        return t.fault.duplicate_line(word.line);
      case "other":
        return word.detail;
      default:
        return t.fault[word.key];
    }
  };
}

export function FailedRowsButton({ campaign }: { campaign: { id: string; name: string } }) {
  const t = useMessages(peopleMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const download = useDownload();
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconDownload size={16} />}
        loading={download.isPending}
        onClick={() =>
          download.mutate({
            path: failedRowsPath(tenant_id, campaign.id),
            name: `${fileName(campaign.name)}-failed-rows.csv`,
          })
        }
      >
        {t.download}
      </Button>
      {download.error && <FormError>{refusal(download.error)}</FormError>}
    </>
  );
}
