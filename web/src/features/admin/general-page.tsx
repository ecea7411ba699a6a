/** What is settled for the whole workspace. */

import { useMessages } from "@/shared/i18n/language";
import { CopyField } from "@/shared/ui/copy-field";
import { ErrorState } from "@/shared/ui/error-state";
import { SettingsBody, SettingsSection } from "@/shared/ui/settings-section";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { useTenantSettings } from "./api/tenant";
import { generalMessages } from "./general/messages";
import { NameForm } from "./general/name-form";
import { PlaceForm } from "./general/place-form";
import { RetentionForm } from "./general/retention-form";

export function GeneralPage() {
  const t = useMessages(generalMessages);
  const { data: tenant, error, isPending, refetch } = useTenantSettings();
  if (isPending) return <PageSkeleton />;
  if (!tenant) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <SettingsBody title={t.title} hint={t.hint}>
      <SettingsSection title={t.name} hint={t.nameHint}>
        <NameForm tenant={tenant} />
      </SettingsSection>
      <SettingsSection title={t.place} hint={t.placeHint}>
        <PlaceForm tenant={tenant} />
      </SettingsSection>
      <SettingsSection title={t.retention} hint={t.retentionHint}>
        <RetentionForm tenant={tenant} key={tenant.retention_days} />
      </SettingsSection>
      <SettingsSection title={t.forPrograms} hint={t.forProgramsHint}>
        <CopyField label={t.workspaceId} value={tenant.id} />
      </SettingsSection>
    </SettingsBody>
  );
}
