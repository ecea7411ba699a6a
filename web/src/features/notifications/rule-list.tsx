/** The rules: of which event each is about, what it says, and whether it does. */

import { Button, Switch } from "@mantine/core";
import { IconBellRinging, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { RowActions } from "@/shared/ui/row-actions";
import { Row, Rows } from "@/shared/ui/rows";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { NoNumber } from "@/shared/whatsapp/no-number";
import { useNumbers } from "@/shared/whatsapp/number-choice";
import { type KeptRule, useDeleteRule, useRules, useSwitchRule } from "./api/notifications";
import { notificationMessages } from "./messages";
import { delayIn } from "./model/draft";
import { nameOf } from "./model/naming";
import { Body } from "./parts/body";
import classes from "./rule-list.module.css";

export function RuleList() {
  const t = useMessages(notificationMessages);
  const { tenant_id } = useTenant();
  const { none } = useNumbers();
  const { data: rules, error, isPending, refetch } = useRules();
  const remove = useDeleteRule();
  const [leaving, setLeaving] = useState<KeptRule | null>(null);
  const add = (
    <Button
      component={Link}
      to={`/t/${tenant_id}/notifications/rules/new`}
      leftSection={<IconPlus size={17} />}
    >
      {t.add}
    </Button>
  );
  return (
    <Body view="rules" action={rules && rules.length > 0 && add}>
      {isPending && <ListSkeleton rows={4} />}
      {error && !rules && <ErrorState error={error} onRetry={() => void refetch()} />}
      {rules?.length === 0 && (
        <div className={classes["empty"]}>
          {none ? (
            <NoNumber />
          ) : (
            <EmptyState icon={<IconBellRinging size={26} stroke={1.6} />} title={t.empty} action={add}>
              {t.emptyHint}
            </EmptyState>
          )}
        </div>
      )}
      {rules && rules.length > 0 && (
        <Rows label={t.list}>
          {rules.map((kept) => (
            <RuleRow kept={kept} onRemove={() => setLeaving(kept)} key={kept.id} />
          ))}
        </Rows>
      )}
      <ConfirmDialog
        opened={leaving !== null}
        onClose={() => setLeaving(null)}
        title={t.removeTitle(nameOf(leaving?.rule))}
        confirm={t.removeVerb}
        danger
        onConfirm={async () => {
          if (!leaving) return;
          await remove.mutateAsync(leaving.id);
          tellSaved(t.removed(nameOf(leaving.rule)));
        }}
      >
        {t.removeWords}
      </ConfirmDialog>
    </Body>
  );
}

function RuleRow({ kept: { id, rule }, onRemove }: { kept: KeptRule; onRemove: () => void }) {
  const t = useMessages(notificationMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const [, navigate] = useLocation();
  const save = useSwitchRule();
  const name = nameOf(rule);
  const address = `/t/${tenant_id}/notifications/rules/${id}`;
  const { amount, unit } = delayIn(rule.delay_seconds);
  const conditions = rule.conditions?.length ?? 0;
  const enabled = save.isPending ? Boolean(save.variables?.enabled) : rule.enabled;
  const turn = (on: boolean) =>
    save.mutate(
      { id, enabled: on },
      {
        onSuccess: () => tellSaved(on ? t.switchedOn(name) : t.switchedOff(name)),
        onError: (error) => tellFailed(refusal(error) ?? ""),
      },
    );
  return (
    <Row
      faded={!enabled}
      lead={
        <Switch
          aria-label={t.on(name)}
          checked={enabled}
          disabled={save.isPending}
          onChange={(event) => turn(event.currentTarget.checked)}
        />
      }
      title={
        <>
          <Link to={address} className={classes["name"]}>
            {name}
          </Link>
          {rule.name && <code className={classes["event"]}>{rule.event}</code>}
        </>
      }
      hint={[
        t.says(rule.template, rule.language),
        rule.delay_seconds > 0 && t.after(t.span[unit](amount)),
        conditions > 0 && t.conditions(conditions),
      ]
        .filter(Boolean)
        .join(" · ")}
      actions={
        <RowActions
          edit={t.edit(name)}
          remove={t.remove(name)}
          onEdit={() => navigate(address)}
          onRemove={onRemove}
        />
      }
    />
  );
}
