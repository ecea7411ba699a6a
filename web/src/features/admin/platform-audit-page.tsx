/** What was done to the installation; the operator's page. */

import { useMemo, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { SettingsBody } from "@/shared/ui/settings-section";
import { usePlatformAudit, usePlatformNames } from "./api/audit";
import { AuditList } from "./audit/audit-list";
import { filtersOf, NOTHING_CHOSEN } from "./audit/filters";
import { auditMessages } from "./audit/messages";

const CATEGORIES = [
  "session",
  "sessions",
  "user",
  "operator",
  "factor",
  "password",
  "identity",
  "key",
  "webhook",
  "quarantine",
] as const;

export function PlatformAuditPage() {
  const t = useMessages(auditMessages);
  const [chosen, setChosen] = useState(NOTHING_CHOSEN);
  const filters = useMemo(() => filtersOf(chosen), [chosen]);
  const names = usePlatformNames();
  return (
    <SettingsBody title={t.title} hint={t.platformHint}>
      <AuditList
        chosen={chosen}
        onChoose={setChosen}
        pages={usePlatformAudit(filters)}
        names={names}
        actors={[...names].map(([id, label]) => ({ value: `user:${id}`, label }))}
        categories={CATEGORIES}
        hidesMessages={false}
      />
    </SettingsBody>
  );
}
