/** What stands in the gaps of a paused campaign, for everybody not written to yet. */

import { useLocation } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useUnsaved } from "@/shared/lib/unsaved";
import { useTenant } from "@/shared/session/session-context";
import { WorkPage } from "@/shared/ui/work-page";
import type { Campaign } from "../api/campaigns";
import { StateWord } from "../parts/state-word";
import classes from "./editor.module.css";
import { MessageStep } from "./message-step";
import { editorMessages } from "./messages";
import { useMessage } from "./use-message";

export function Refit({ campaign }: { campaign: Campaign }) {
  const t = useMessages(editorMessages);
  const { tenant_id } = useTenant();
  const [, navigate] = useLocation();
  const message = useMessage(campaign, { begun: true });
  const settle = useUnsaved(message.differs);
  const home = `/t/${tenant_id}/campaigns/${campaign.id}`;
  const leave = () => {
    settle();
    navigate(home);
  };
  return (
    <WorkPage
      back={{ to: home, label: campaign.name }}
      title={t.refit}
      state={<StateWord state={campaign.state} />}
    >
      <p className={classes["hint"]}>{t.refitHint}</p>
      <MessageStep message={message} begun onSaved={leave} />
    </WorkPage>
  );
}
