/** One rule: written beside a sample of its event and the phone on which it will be read. */

import { useParams } from "wouter";
import { useTemplates } from "@/shared/api/templates";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { useRules } from "./api/notifications";
import { editorMessages } from "./editor/messages";
import { RuleEditor } from "./editor/rule-editor";

const NEW = "new";

export function NotificationRulePage() {
  const t = useMessages(editorMessages);
  const { tenant_id } = useTenant();
  const { rule: id = NEW } = useParams<{ rule: string }>();
  const rules = useRules();
  const templates = useTemplates(tenant_id, null);
  const error = rules.error ?? templates.error;
  if (error && !(rules.data && templates.data))
    return (
      <ErrorState error={error} onRetry={() => void (rules.error ? rules.refetch() : templates.refetch())} />
    );
  if (!rules.data || !templates.data) return <PageSkeleton />;
  const kept = rules.data.find((one) => one.id === id) ?? null;
  if (id !== NEW && !kept) return <EmptyState isPage title={t.missingRule} />;
  return <RuleEditor key={id} kept={kept} templates={templates.data} />;
}
