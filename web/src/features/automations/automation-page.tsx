/** One automation: a new one from a starting point, or one that is there. */

import { useState } from "react";
import { useParams, useSearchParams } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { ownZone } from "@/shared/lib/zones";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { WorkPage } from "@/shared/ui/work-page";
import { type Automation, useAutomations } from "./api/automations";
import { AutomationEditor } from "./editor/automation-editor";
import { automationMessages } from "./messages";
import { kindOf, lastPlace, ruleFor, STARTS } from "./model/rules";
import { Starts } from "./starts";

const NEW = "new";

export function AutomationPage() {
  const { automation: id = NEW } = useParams<{ automation: string }>();
  const { data, error, refetch } = useAutomations();
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  if (id === NEW) return <New automations={data} />;
  return <Kept key={id} id={id} now={data.find((one) => one.id === id)} />;
}

/** One that is there. Where a colleague deletes it while somebody writes, what they wrote stays. */
function Kept({ id, now }: { id: string; now: Automation | undefined }) {
  const t = useMessages(automationMessages);
  const [begin, setBegin] = useState(now);
  if (begin === undefined && now !== undefined) setBegin(now);
  if (begin === undefined) return <EmptyState isPage title={t.missing} />;
  return <AutomationEditor id={id} begin={begin} gone={now === undefined} />;
}

function New({ automations }: { automations: readonly Automation[] }) {
  const t = useMessages(automationMessages);
  const { tenant_id } = useTenant();
  const [params] = useSearchParams();
  const start = STARTS.find((one) => one === params.get("start"));
  if (!start)
    return (
      <WorkPage back={{ to: `/t/${tenant_id}/automations`, label: t.back }} title={t.startTitle}>
        <Starts />
      </WorkPage>
    );
  const words = {
    keywords: t.keywords,
    pressing: t.pressing,
    answer: t.sampleAnswer,
    away: t.sampleAway,
    welcome: t.sampleWelcome,
  };
  const begin = {
    rule: ruleFor(start, words, ownZone()),
    place: lastPlace(automations, kindOf(start)),
    enabled: true,
  };
  return <AutomationEditor key={start} id={null} begin={begin} />;
}
