/** What became of a list: counts that add up, and each row that failed with its line and why. */

import { Button } from "@mantine/core";
import { IconCircleCheck, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { fileName, useDownload } from "@/shared/api/download";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ErrorState } from "@/shared/ui/error-state";
import { FormError } from "@/shared/ui/form-error";
import { FaultTable } from "@/shared/ui/sheet";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { phoneFaultMessages } from "@/shared/whatsapp/phone-faults";
import { failedRowsPath, failedRowsQuery, type Imported } from "../api/consent";
import { type FailedRow, failedRows, failureOf } from "../model/failed-rows";
import classes from "./imports.module.css";
import { importMessages } from "./messages";

export function Result({ imported }: { imported: Imported }) {
  const t = useMessages(importMessages);
  const format = useFormat();
  const { total_count, added_count, failed_count } = imported;
  const title = added_count > 0 ? t.done(format.number(added_count), format.number(total_count)) : t.doneNone;
  return (
    <section className={classes["card"]} aria-label={title}>
      <p className={classes["title"]} role="status" data-none={failed_count === total_count || undefined}>
        {added_count > 0 && <IconCircleCheck size={20} aria-hidden="true" />}
        {title}
      </p>
      <Counts imported={imported} />
      {failed_count > 0 && <Failures imported={imported} />}
    </section>
  );
}

export function Counts({ imported }: { imported: Imported }) {
  const t = useMessages(importMessages);
  const format = useFormat();
  const counted = [
    [t.total, imported.total_count],
    [t.added, imported.added_count],
    [t.repeated, imported.repeated_count],
    [t.failed, imported.failed_count],
  ] as const;
  return (
    <dl className={classes["counts"]}>
      {counted.map(([name, count], place) => (
        <div key={name} data-sum={place === 0 || undefined}>
          <dt>{name}</dt>
          <dd>{format.number(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

const SHOWN = 200; // rows; the file has all of them

export function Failures({ imported }: { imported: Imported }) {
  const t = useMessages(importMessages);
  const refusal = useRefusal();
  const sentence = useSentence();
  const { tenant_id } = useTenant();
  const { data, error, refetch } = useQuery(failedRowsQuery(tenant_id, imported.id));
  const download = useDownload();
  const name = imported.filename?.replace(/\.\w+$/, "") ?? "";
  return (
    <div className={classes["failures"]}>
      <div className={classes["head"]}>
        <div>
          <h3 className={classes["subtitle"]}>{t.faults(imported.failed_count)}</h3>
          <p className={classes["hint"]}>{t.mend}</p>
        </div>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={16} />}
          loading={download.isPending}
          onClick={() =>
            download.mutate({
              path: failedRowsPath(tenant_id, imported.id),
              name: `${fileName(name)}-failed-rows.csv`,
            })
          }
        >
          {t.download}
        </Button>
      </div>
      {download.error && <FormError>{refusal(download.error)}</FormError>}
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data === undefined && !error && <ListSkeleton rows={2} />}
      {data !== undefined && (
        <FaultTable
          heads={{ line: t.line, why: t.why, row: t.row }}
          rows={failedRows(data)
            .slice(0, SHOWN)
            .map((row) => ({ ...row, why: sentence(row) }))}
        />
      )}
    </div>
  );
}

function useSentence(): (row: FailedRow) => string {
  const t = useMessages(importMessages);
  const format = useFormat();
  const phoneFaults = useMessages(phoneFaultMessages);
  return (row) => {
    const word = failureOf(row);
    switch (word.key) {
      case "phone_invalid":
        return phoneFaults[word.why];
      case "said_no":
        return word.day ? t.saidNoOn(format.date(`${word.day}T12:00:00`)) : t.reason.said_no;
      case "other":
        return word.detail;
      default:
        return t.reason[word.key];
    }
  };
}
