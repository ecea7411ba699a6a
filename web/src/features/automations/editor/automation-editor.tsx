/** The form of an automation, by its kind, beside its trial. */

import { Button, MultiSelect, Switch } from "@mantine/core";
import { useState } from "react";
import { useLocation } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useUnsaved } from "@/shared/lib/unsaved";
import { useTenant } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { tellSaved } from "@/shared/ui/notices";
import { Sides, WorkPage } from "@/shared/ui/work-page";
import { numberLabel, useNumbers } from "@/shared/whatsapp/number-choice";
import { type Draft, type Rule, useChangeAutomations } from "../api/automations";
import { automationMessages } from "../messages";
import { anew, faultsIn, toKeep } from "../model/rules";
import { AssignFields } from "./assign-fields";
import { AwayFields } from "./away-fields";
import classes from "./editor.module.css";
import type { FieldsProps } from "./fields-props";
import { KeywordFields } from "./keyword-fields";
import { editorMessages } from "./messages";
import { PriorityFields } from "./priority-fields";
import { TrialPanel } from "./trial-panel";
import { WelcomeFields } from "./welcome-fields";

interface AutomationEditorProps {
  /** Null: a new one. */
  id: string | null;
  begin: Draft;
  /** A colleague has deleted it: it can be made anew. */
  gone?: boolean;
}

export function AutomationEditor({ id: known, begin, gone = false }: AutomationEditorProps) {
  const id = gone ? null : known;
  const words = useMessages(automationMessages);
  const { form: t } = useMessages(editorMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const [, navigate] = useLocation();
  const save = useChangeAutomations(anew);
  const [begun] = useState(begin);
  const [rule, setRule] = useState<Rule>(begun.rule);
  const [enabled, setEnabled] = useState(begun.enabled);
  const settle = useUnsaved(rule !== begun.rule || enabled !== begun.enabled);
  const [tried, setTried] = useState(false);
  const faults = faultsIn(rule);
  const sound = Object.keys(faults).length === 0;
  const home = `/t/${tenant_id}/automations`;

  const change = (changes: Partial<Rule>) => setRule((former) => ({ ...former, ...changes }) as Rule);
  const fault = (name: string) => {
    const one = tried ? faults[name] : undefined;
    return one && t.fault[one];
  };
  const submit = () => {
    setTried(true);
    if (!sound) return;
    save.mutate(
      { id, rule: toKeep(rule), enabled, begun },
      {
        onSuccess: () => {
          settle();
          tellSaved(t.saved);
          navigate(home);
        },
      },
    );
  };
  return (
    <WorkPage
      back={{ to: home, label: words.back }}
      title={words.one[rule.kind]}
      end={
        <Switch
          label={t.enabled}
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
      }
    >
      <Sides onSubmit={submit} aside={<TrialPanel rule={rule} sound={sound} />}>
        <Fields rule={rule} onChange={change} fault={fault} />
        <NumbersField rule={rule} onChange={change} />
        {gone && !save.isSuccess && <FormError tone="warn">{t.gone}</FormError>}
        {tried && !sound && <FormError>{t.open}</FormError>}
        {save.error && <FormError>{refusal(save.error)}</FormError>}
        <div className={classes["actions"]}>
          <Button type="submit" loading={save.isPending}>
            {id ? t.save : t.create}
          </Button>
        </div>
      </Sides>
    </WorkPage>
  );
}

function Fields({ rule, ...rest }: FieldsProps<Rule>) {
  switch (rule.kind) {
    case "keyword_reply":
      return <KeywordFields rule={rule} {...rest} />;
    case "away":
      return <AwayFields rule={rule} {...rest} />;
    case "welcome":
      return <WelcomeFields rule={rule} {...rest} />;
    case "assign":
      return <AssignFields rule={rule} {...rest} />;
    case "priority":
      return <PriorityFields rule={rule} {...rest} />;
  }
}

function NumbersField({ rule, onChange }: Pick<FieldsProps<Rule>, "rule" | "onChange">) {
  const { form: t } = useMessages(editorMessages);
  const { active } = useNumbers();
  const chosen = rule.connection_ids ?? [];
  if (active.length < 2 && chosen.length === 0) return null;
  return (
    <MultiSelect
      label={t.numbers}
      placeholder={chosen.length === 0 ? t.numbersAny : ""}
      data={active.map((one) => ({ value: one.id, label: numberLabel(one) }))}
      value={chosen}
      onChange={(connection_ids) => onChange({ connection_ids })}
    />
  );
}
