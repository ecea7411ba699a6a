/** What happens by itself, in the order in which it is looked at. */

import { ActionIcon, Button, Switch, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { ErrorState } from "@/shared/ui/error-state";
import { tellFailed, tellSaved } from "@/shared/ui/notices";
import { RowActions } from "@/shared/ui/row-actions";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsBody } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import {
  type Automation,
  useAutomations,
  useChangeAutomations,
  useDeleteAutomation,
} from "./api/automations";
import classes from "./automations-page.module.css";
import { KindIcon } from "./kind-icon";
import { automationMessages } from "./messages";
import { type Change, changedBy, KINDS, moved, ofKind } from "./model/rules";
import { Starts } from "./starts";
import { useSummary } from "./use-summary";

export function AutomationsPage() {
  const t = useMessages(automationMessages);
  const { tenant_id } = useTenant();
  const { name } = useSummary();
  const { data, error, isPending, refetch } = useAutomations();
  const remove = useDeleteAutomation();
  const [leaving, setLeaving] = useState<Automation | null>(null);
  const isEmpty = data?.length === 0;
  const called = leaving ? name(leaving.rule) : "";
  return (
    <div className={classes["page"]}>
      <SettingsBody
        title={t.title}
        hint={t.hint}
        action={
          data &&
          !isEmpty && (
            <Button
              component={Link}
              to={`/t/${tenant_id}/automations/new`}
              leftSection={<IconPlus size={17} />}
            >
              {t.add}
            </Button>
          )
        }
      >
        {isPending && <ListSkeleton rows={4} />}
        {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
        {isEmpty && (
          <section className={classes["empty"]}>
            <h2 className={classes["title"]}>{t.empty}</h2>
            <p className={classes["hint"]}>{t.emptyHint}</p>
            <Starts />
          </section>
        )}
        {data &&
          KINDS.map((kind) => ({ kind, those: ofKind(data, kind) }))
            .filter(({ those }) => those.length > 0)
            .map(({ kind, those }) => (
              <section className={classes["kind"]} key={kind}>
                <h2 className={classes["title"]}>
                  <KindIcon kind={kind} size={18} /> {t.kind[kind]}
                </h2>
                <p className={classes["hint"]}>{t.kindHint[kind]}</p>
                <Rows label={t.kind[kind]}>
                  {those.map((one) => (
                    <AutomationRow one={one} those={those} onRemove={() => setLeaving(one)} key={one.id} />
                  ))}
                </Rows>
              </section>
            ))}
        <ConfirmDialog
          opened={leaving !== null}
          onClose={() => setLeaving(null)}
          title={t.removeTitle(called)}
          confirm={t.removeVerb}
          danger
          onConfirm={async () => {
            if (!leaving) return;
            await remove.mutateAsync(leaving.id);
            tellSaved(t.removed(called));
          }}
        >
          {t.removeWords}
        </ConfirmDialog>
      </SettingsBody>
    </div>
  );
}

interface AutomationRowProps {
  one: Automation;
  /** All of its kind, in their order. */
  those: readonly Automation[];
  onRemove: () => void;
}

function AutomationRow({ one, those, onRemove }: AutomationRowProps) {
  const t = useMessages(automationMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const [, navigate] = useLocation();
  const { name, about } = useSummary();
  const save = useChangeAutomations(changedBy);
  const called = name(one.rule);
  const address = `/t/${tenant_id}/automations/${one.id}`;
  const asked = save.isPending ? save.variables : undefined;
  const enabled = asked && "enabled" in asked ? asked.enabled : one.enabled;
  const keep = (change: Change, told?: string) =>
    save.mutate(change, {
      onSuccess: (count) => told && count > 0 && tellSaved(told),
      onError: (error) => tellFailed(refusal(error) ?? ""),
    });
  const step = (by: -1 | 1, label: string, icon: typeof IconChevronUp) => {
    const Icon = icon;
    return (
      <Tooltip label={label}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={34}
          aria-label={label}
          disabled={moved(those, one.id, by).length === 0 || save.isPending}
          onClick={() => keep({ id: one.id, by })}
        >
          <Icon size={17} />
        </ActionIcon>
      </Tooltip>
    );
  };
  return (
    <Row
      faded={!enabled}
      lead={
        <Switch
          aria-label={t.on(called)}
          checked={enabled}
          disabled={save.isPending}
          onChange={({ currentTarget: { checked } }) =>
            keep({ id: one.id, enabled: checked }, checked ? t.switchedOn(called) : t.switchedOff(called))
          }
        />
      }
      title={
        <Link to={address} className={classes["name"]}>
          {called}
        </Link>
      }
      hint={<span className={classes["about"]}>{about(one.rule)}</span>}
      actions={
        <>
          {those.length > 1 && step(-1, t.up(called), IconChevronUp)}
          {those.length > 1 && step(1, t.down(called), IconChevronDown)}
          <RowActions
            edit={t.edit(called)}
            remove={t.remove(called)}
            onEdit={() => navigate(address)}
            onRemove={onRemove}
          />
        </>
      }
    />
  );
}
