/** What can be done with a campaign as it stands. */

import { Button } from "@mantine/core";
import {
  IconBan,
  IconCopy,
  IconListCheck,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
} from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { tellFailed } from "@/shared/ui/notices";
import { type Campaign, type Deed, useDeed } from "../api/campaigns";
import { type Report, useRetry } from "../api/report";
import { campaignMessages } from "../messages";
import { helpsToRetry } from "../model/retrying";
import { watchMessages } from "./messages";

export function Deeds({ campaign, report }: { campaign: Campaign; report: Report | undefined }) {
  const t = useMessages(watchMessages);
  const words = useMessages(campaignMessages);
  const refusal = useRefusal();
  const { tenant_id, can } = useTenant();
  const deed = useDeed(campaign.id);
  const retry = useRetry(campaign.id);
  const [cancelling, setCancelling] = useState(false);
  if (!can("campaigns:write")) return null;
  const { state } = campaign;
  const act = (what: Deed) => deed.mutate(what, { onError: (error) => tellFailed(refusal(error) ?? "") });
  const busy = (what: Deed) => deed.isPending && deed.variables === what;
  const mayRetry = state === "finished" && report?.failures.some(helpsToRetry);
  return (
    <>
      {state === "scheduled" && (
        <>
          <Button
            variant="default"
            leftSection={<IconPencil size={17} />}
            loading={busy("unschedule")}
            onClick={() => act("unschedule")}
          >
            {t.edit}
          </Button>
          <Button
            leftSection={<IconPlayerPlay size={17} />}
            loading={busy("start")}
            onClick={() => act("start")}
          >
            {t.start}
          </Button>
        </>
      )}
      {state === "running" && (
        <Button
          leftSection={<IconPlayerPause size={17} />}
          loading={busy("pause")}
          title={t.pauseHint}
          onClick={() => act("pause")}
        >
          {t.pause}
        </Button>
      )}
      {state === "paused" && (
        <>
          <Button
            component={Link}
            to={`/t/${tenant_id}/campaigns/${campaign.id}?refit`}
            variant="default"
            leftSection={<IconPencil size={17} />}
          >
            {t.refit}
          </Button>
          {campaign.reason === "template_category" ? (
            <Button
              component={Link}
              to={`/t/${tenant_id}/campaigns/${campaign.id}?recheck`}
              leftSection={<IconListCheck size={17} />}
            >
              {t.recheck}
            </Button>
          ) : (
            <Button
              leftSection={<IconPlayerPlay size={17} />}
              loading={busy("resume")}
              onClick={() => act("resume")}
            >
              {t.resume}
            </Button>
          )}
        </>
      )}
      {mayRetry && (
        <Button
          variant="default"
          leftSection={<IconRefresh size={17} />}
          loading={retry.isPending}
          title={t.retryHint}
          onClick={() => retry.mutate(undefined, { onError: (error) => tellFailed(refusal(error) ?? "") })}
        >
          {t.retry}
        </Button>
      )}
      <Button
        component={Link}
        to={`/t/${tenant_id}/campaigns/new?from=${campaign.id}`}
        variant="default"
        leftSection={<IconCopy size={17} />}
      >
        {words.again}
      </Button>
      {(state === "scheduled" || state === "running" || state === "paused") && (
        <Button
          variant="subtle"
          color="red"
          leftSection={<IconBan size={17} />}
          onClick={() => setCancelling(true)}
        >
          {t.cancel}
        </Button>
      )}
      <ConfirmDialog
        opened={cancelling}
        onClose={() => setCancelling(false)}
        title={t.cancelTitle}
        confirm={t.cancel}
        danger
        onConfirm={() => deed.mutateAsync("cancel")}
      >
        {t.cancelHint}
      </ConfirmDialog>
    </>
  );
}
