/** A campaign that is being written: four steps, each saved by itself. What is not saved yet lives here, above them. */

import { ActionIcon } from "@mantine/core";
import { IconCopy, IconTrash } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useUnsaved } from "@/shared/lib/unsaved";
import { useTenant } from "@/shared/session/session-context";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { WorkPage } from "@/shared/ui/work-page";
import { type Campaign, useDelete } from "../api/campaigns";
import { campaignMessages } from "../messages";
import { StateWord } from "../parts/state-word";
import { CheckStep } from "./check-step";
import classes from "./editor.module.css";
import { MessageStep } from "./message-step";
import { editorMessages } from "./messages";
import { PeopleStep } from "./people-step";
import { TimingStep } from "./timing-step";
import { useMessage } from "./use-message";
import { useTiming } from "./use-timing";

const STEPS = ["message", "people", "timing", "check"] as const;
type Step = (typeof STEPS)[number];

interface EditorProps {
  /** Null: it is made when the first step is saved. */
  campaign: Campaign | null;
  /** What one that is made begins with. */
  like?: Campaign | null;
}

export function Editor({ campaign, like = null }: EditorProps) {
  const t = useMessages(editorMessages);
  const words = useMessages(campaignMessages);
  const { tenant_id } = useTenant();
  const [, navigate] = useLocation();
  const [params] = useSearchParams();
  const message = useMessage(campaign, { like });
  const timing = useTiming(campaign);
  const [deleting, setDeleting] = useState(false);
  const remove = useDelete(campaign?.id ?? "");
  const settle = useUnsaved(message.isTyped || timing.differs, { isAboveSteps: true });
  const home = `/t/${tenant_id}/campaigns`;
  const asked = STEPS.find((step) => step === params.get("step"));
  const step: Step = campaign ? (asked ?? (campaign.state === "ready" ? "check" : "message")) : "message";
  const here = useRef(step);
  const enter = useEffectEvent((entered: Step) => {
    here.current = entered;
    message.forgetError();
    timing.forgetError();
  });
  useEffect(() => enter(step), [step]);
  /** The campaign that it is made from goes along: its people are chosen anew in another step. */
  const former = params.get("from");
  const at = (id: string, next: Step) =>
    `${home}/${id}?${new URLSearchParams({ step: next, ...(former !== null && { from: former }) })}`;
  /** An answer that comes when one has gone elsewhere takes nobody along. */
  const goOn = (from: Step, id: string, next: Step) => {
    if (here.current !== from) return;
    if (!campaign) settle(); // it goes on under an address of its own
    navigate(at(id, next), { replace: !campaign });
  };
  return (
    <WorkPage
      back={{ to: home, label: words.back }}
      title={campaign?.name ?? t.title}
      state={campaign && <StateWord state={campaign.state} />}
      end={
        campaign && (
          <>
            <ActionIcon
              component={Link}
              to={`${home}/new?from=${campaign.id}`}
              variant="subtle"
              color="gray"
              size={36}
              aria-label={words.again}
              title={words.again}
            >
              <IconCopy size={19} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t.delete}
              title={t.delete}
              onClick={() => setDeleting(true)}
            >
              <IconTrash size={19} />
            </ActionIcon>
          </>
        )
      }
    >
      <nav aria-label={t.steps}>
        <ol className={classes["steps"]}>
          {STEPS.map((one, index) => (
            <li key={one}>
              <StepLink
                to={campaign ? at(campaign.id, one) : null}
                number={index + 1}
                label={t.step[one]}
                current={one === step}
                done={index < STEPS.indexOf(step)}
              />
            </li>
          ))}
        </ol>
      </nav>
      {like && <p className={classes["like"]}>{t.like}</p>}
      {step === "message" || !campaign ? (
        <MessageStep message={message} onSaved={({ id }) => goOn("message", id, "people")} />
      ) : step === "people" ? (
        <PeopleStep campaign={campaign} former={former} onNext={() => navigate(at(campaign.id, "timing"))} />
      ) : step === "timing" ? (
        <TimingStep timing={timing} onSaved={() => goOn("timing", campaign.id, "check")} />
      ) : (
        <CheckStep
          campaign={campaign}
          drafts={[
            { step: "message", ...message },
            { step: "timing", ...timing },
          ]}
          at={(one) => at(campaign.id, one)}
        />
      )}
      {campaign && (
        <ConfirmDialog
          opened={deleting}
          onClose={() => setDeleting(false)}
          title={t.deleteTitle(campaign.name)}
          confirm={t.delete}
          danger
          onConfirm={async () => {
            await remove.mutateAsync();
            settle();
            navigate(home);
          }}
        >
          {t.deleteHint}
        </ConfirmDialog>
      )}
    </WorkPage>
  );
}

interface StepLinkProps {
  /** Null where it cannot be gone to yet. */
  to: string | null;
  number: number;
  label: string;
  current: boolean;
  done: boolean;
}

function StepLink({ to, number, label, current, done }: StepLinkProps) {
  const inside = (
    <>
      <span className={classes["number"]} aria-hidden="true">
        {number}
      </span>
      {label}
    </>
  );
  const shared = {
    className: classes["step"],
    "data-done": done || undefined,
    "aria-current": current ? ("step" as const) : undefined,
  };
  return to ? (
    <Link to={to} {...shared}>
      {inside}
    </Link>
  ) : (
    <span {...shared}>{inside}</span>
  );
}
