/** What was done in this workspace. */

import { useMemo, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { SettingsBody } from "@/shared/ui/settings-section";
import { useAudit, useNames } from "./api/audit";
import { usePeople } from "./api/people";
import { AuditList } from "./audit/audit-list";
import { filtersOf, NOTHING_CHOSEN } from "./audit/filters";
import { auditMessages } from "./audit/messages";

const CATEGORIES = [
  "conversation",
  "message",
  "connection",
  "person",
  "key",
  "team",
  "label",
  "canned_reply",
  "template",
  "campaign",
  "automation",
  "notification",
  "consent",
  "contact",
  "tenant",
  "retention",
  "operator",
  "media",
  "embed",
  "outgoing_webhook",
  "webhook",
] as const;

export function AuditPage() {
  const t = useMessages(auditMessages);
  const [chosen, setChosen] = useState(NOTHING_CHOSEN);
  const filters = useMemo(() => filtersOf(chosen), [chosen]);
  const people = usePeople().data ?? [];
  return (
    <SettingsBody title={t.title} hint={t.hint}>
      <AuditList
        chosen={chosen}
        onChoose={setChosen}
        pages={useAudit(filters)}
        names={useNames()}
        actors={people.map((one) => ({ value: `user:${one.user_id}`, label: one.name || one.email }))}
        categories={CATEGORIES}
        hidesMessages
      />
    </SettingsBody>
  );
}
