/** When Meta's lists were read, and reading them now. */

import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { useAccounts, useSync } from "../api/templates";
import { templateMessages } from "../messages";
import classes from "./list.module.css";

export function Synced() {
  const t = useMessages(templateMessages);
  const format = useFormat();
  const refusal = useRefusal();
  const { data: accounts } = useAccounts();
  const sync = useSync();
  if (!accounts || accounts.length === 0) return null;
  const times = accounts.map((one) => one.synced_at);
  const oldest = times.some((at) => !at) ? null : (times.toSorted()[0] ?? null);
  const refused = accounts.filter((one) => one.error);
  const read = () =>
    sync.mutate(undefined, {
      onSuccess: ({ accounts: done }) =>
        tellSaved(t.syncDone(done.reduce((sum, one) => sum + (one.changed ?? 0), 0))),
      onError: (error) => tellFailed(refusal(error) ?? ""),
    });
  return (
    <>
      <div className={classes["synced"]}>
        <span>{oldest ? t.syncedAt(format.relative(oldest)) : t.neverSynced}</span>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconRefresh size={15} />}
          loading={sync.isPending}
          onClick={read}
        >
          {t.sync}
        </Button>
      </div>
      {refused.map((one) => (
        <FormError tone="warn" key={one.waba_id}>
          {t.syncFailed(one.numbers.join(", "))}: {one.detail}
        </FormError>
      ))}
    </>
  );
}
