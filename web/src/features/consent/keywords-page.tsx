/** Words by which people say yes and no, and where marketing needs a yes. */

import { Button } from "@mantine/core";
import { IconHandStop, IconPlus, IconRestore } from "@tabler/icons-react";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { FormError } from "@/shared/ui/form-error";
import { tellSaved } from "@/shared/ui/notices";
import { Rows } from "@/shared/ui/rows";
import { SettingsBody, SettingsSection } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { type Said, useChangeRules, useRules } from "./api/consent";
import classes from "./keywords/keywords.module.css";
import { keywordMessages } from "./keywords/messages";
import { OptIn } from "./keywords/opt-in";
import { SaidDialog } from "./keywords/said-dialog";
import { SaidRow } from "./keywords/said-row";
import { TryOut } from "./keywords/try-out";
import { changed, MOST_RULES } from "./model/keywords";

export function KeywordsPage() {
  const t = useMessages(keywordMessages);
  const format = useFormat();
  const { data: rules, error, isPending, refetch } = useRules();
  const change = useChangeRules();
  const [editing, setEditing] = useState<Said | "new" | null>(null);
  const [leaving, setLeaving] = useState<Said | null>(null);
  const [restoring, setRestoring] = useState(false);
  const keywords = rules?.keywords ?? [];
  const isEmpty = rules !== undefined && keywords.length === 0;
  const isFull = keywords.length >= MOST_RULES;
  const add = (
    <Button leftSection={<IconPlus size={17} />} disabled={isFull} onClick={() => setEditing("new")}>
      {t.add}
    </Button>
  );
  const restore = (
    <Button variant="default" leftSection={<IconRestore size={17} />} onClick={() => setRestoring(true)}>
      {t.restore}
    </Button>
  );
  return (
    <SettingsBody title={t.title} hint={t.hint} action={rules && !isEmpty && add}>
      {isPending && <ListSkeleton rows={3} />}
      {error && !rules && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isEmpty && (
        <EmptyState
          icon={<IconHandStop size={26} stroke={1.6} />}
          title={t.empty}
          action={
            <span className={classes["ways"]}>
              {restore}
              {add}
            </span>
          }
        >
          {t.emptyHint}
        </EmptyState>
      )}
      {isFull && <FormError tone="warn">{t.tooMany(format.number(MOST_RULES))}</FormError>}
      {keywords.length > 0 && (
        <>
          <Rows label={t.list}>
            {keywords.map((said) => (
              <SaidRow
                key={said.words.join("\n")}
                said={said}
                onEdit={() => setEditing(said)}
                onRemove={() => setLeaving(said)}
              />
            ))}
          </Rows>
          <p className={classes["below"]}>{restore}</p>
        </>
      )}
      {rules && (
        <>
          <SettingsSection title={t.trying} hint={t.tryingHint}>
            <TryOut keywords={keywords} />
          </SettingsSection>
          <SettingsSection title={t.optIn} hint={t.optInHint}>
            <OptIn needed={rules.opt_in_needed ?? "campaigns"} />
          </SettingsSection>
        </>
      )}
      {editing && (
        <SaidDialog
          said={editing === "new" ? null : editing}
          keywords={keywords}
          onClose={() => setEditing(null)}
        />
      )}
      <ConfirmDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t.removeTitle(leaving?.words.join(", ") ?? "")}
        confirm={t.removeVerb}
        danger
        onConfirm={async () => {
          await change.mutateAsync((now) => ({
            ...now,
            keywords: changed(now.keywords ?? [], leaving, null),
          }));
          tellSaved(t.removed);
        }}
      >
        {t.removeWords}
      </ConfirmDialog>
      <ConfirmDialog
        opened={restoring}
        onClose={() => setRestoring(false)}
        title={t.restoreTitle}
        confirm={t.restoreVerb}
        danger={keywords.length > 0}
        onConfirm={async () => {
          // Rules without keywords have those the product ships with.
          await change.mutateAsync(({ keywords: _, ...others }) => others);
          tellSaved(t.restored);
        }}
      >
        {t.restoreWords}
      </ConfirmDialog>
    </SettingsBody>
  );
}
