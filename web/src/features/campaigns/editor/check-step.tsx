/** The last step: who would get it and who not, what it costs, a test on one's own phone, and the start. */

import { Button, Loader } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import type { Campaign } from "../api/campaigns";
import { useDryRun } from "../api/report";
import classes from "./check.module.css";
import { checkMessages } from "./check-messages";
import { PersonPreview } from "./person-preview";
import { StartPanel } from "./start-panel";
import { TestPanel } from "./test-panel";
import { type Draft, Unsaved } from "./unsaved";
import { Verdict } from "./verdict";

interface CheckStepProps {
  campaign: Campaign;
  drafts: readonly Draft[];
  /** The address of a step. */
  at: (step: Draft["step"]) => string;
}

export function CheckStep({ campaign, drafts, at }: CheckStepProps) {
  const t = useMessages(checkMessages);
  const refusal = useRefusal();
  const { mutate, data, error, isPending } = useDryRun(campaign.id);
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);
  const unsaved = drafts.filter((one) => one.differs);
  return (
    <div className={classes["sides"]}>
      <div className={classes["column"]}>
        {unsaved.length > 0 && <Unsaved drafts={unsaved} at={at} onSaved={() => mutate()} />}
        {data ? (
          <Verdict found={data} />
        ) : (
          !error && (
            <p className={classes["looking"]} role="status">
              <Loader size="sm" /> {t.looking}
            </p>
          )
        )}
        {error && <FormError>{refusal(error)}</FormError>}
        <Button
          variant="default"
          size="xs"
          className={classes["again"] ?? ""}
          leftSection={<IconRefresh size={16} />}
          loading={isPending}
          onClick={() => mutate()}
        >
          {t.again}
        </Button>
        <StartPanel campaign={campaign} found={data ?? null} unsaved={unsaved.length > 0} />
      </div>
      <div className={classes["column"]}>
        <PersonPreview campaign={campaign} />
        <TestPanel campaign={campaign} />
      </div>
    </div>
  );
}
