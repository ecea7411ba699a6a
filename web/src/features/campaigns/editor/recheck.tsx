/** A paused campaign looked over anew: who would still get it and what that costs by the category it has now, and the way on. */

import { Button, Loader } from "@mantine/core";
import { IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { WorkPage } from "@/shared/ui/work-page";
import { templateWords } from "@/shared/whatsapp/template-words";
import { type Campaign, useDeed } from "../api/campaigns";
import { useDryRun } from "../api/report";
import { wordFor } from "../messages";
import { StateWord } from "../parts/state-word";
import classes from "./check.module.css";
import { checkMessages } from "./check-messages";
import { Verdict } from "./verdict";

export function Recheck({ campaign }: { campaign: Campaign }) {
  const t = useMessages(checkMessages);
  const words = useMessages(templateWords);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const [, navigate] = useLocation();
  const home = `/t/${tenant_id}/campaigns/${campaign.id}`;
  const { mutate, data, error } = useDryRun(campaign.id);
  const deed = useDeed(campaign.id);
  const stands = data !== undefined && data.stops.length > 0;
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    mutate();
  }, [mutate]);
  return (
    <WorkPage
      back={{ to: home, label: campaign.name }}
      title={t.recheck}
      state={<StateWord state={campaign.state} />}
    >
      <div className={classes["column"]}>
        {data ? (
          <>
            {data.category && <p>{t.filedUnder(wordFor(words.category, data.category) ?? data.category)}</p>}
            <Verdict found={data} />
            {stands ? (
              <p className={classes["hint"]}>{t.notYet}</p>
            ) : (
              <Button
                leftSection={<IconPlayerPlay size={17} />}
                loading={deed.isPending}
                onClick={() => deed.mutate("resume", { onSuccess: () => navigate(home) })}
              >
                {t.goOn}
              </Button>
            )}
          </>
        ) : (
          !error && (
            <p className={classes["looking"]} role="status">
              <Loader size="sm" /> {t.looking}
            </p>
          )
        )}
        {(error ?? deed.error) && <FormError>{refusal(error ?? deed.error)}</FormError>}
        {(stands || error) && (
          <Button
            variant="default"
            className={classes["again"] ?? ""}
            leftSection={<IconRefresh size={17} />}
            onClick={() => mutate()}
          >
            {t.again}
          </Button>
        )}
      </div>
    </WorkPage>
  );
}
