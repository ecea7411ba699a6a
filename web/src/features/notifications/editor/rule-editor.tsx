/** The form of a rule. What it reads from the sample is shown at once; what is wrong is told where it stands. */

import { Button, Switch, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { approved, type Template } from "@/shared/api/templates";
import { useMessages } from "@/shared/i18n/language";
import { useUnsaved } from "@/shared/lib/unsaved";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import { FormError } from "@/shared/ui/form-error";
import { tellSaved } from "@/shared/ui/notices";
import { Sides, WorkPage } from "@/shared/ui/work-page";
import { NumberChoice, useNumbers } from "@/shared/whatsapp/number-choice";
import { PhonePreview } from "@/shared/whatsapp/phone-preview";
import { TemplateChoice } from "@/shared/whatsapp/template-choice";
import { fieldsOf } from "@/shared/whatsapp/templates";
import { type KeptRule, type Rule, useSaveRule } from "../api/notifications";
import { notificationMessages } from "../messages";
import { beyondIn, type Draft, draftOf, EMPTY, faultsIn, gapOf, ruleOf, slotOf } from "../model/draft";
import { nameOf } from "../model/naming";
import { leavesOf } from "../model/paths";
import { guessed, lookOf, sampleFor, sampleIn } from "../model/sample";
import { ConditionsField } from "./conditions-field";
import { DelayField } from "./delay-field";
import classes from "./editor.module.css";
import { useFaults } from "./faults";
import { GapField } from "./gap-field";
import { editorMessages } from "./messages";
import { PathField } from "./path-field";
import { SampleField } from "./sample-field";
import { Section } from "./section";
import { TrialPanel } from "./trial-panel";

interface RuleEditorProps {
  /** Null: a new one. */
  kept: KeptRule | null;
  templates: readonly Template[];
}

export function RuleEditor({ kept, templates }: RuleEditorProps) {
  const t = useMessages(editorMessages);
  const { back } = useMessages(notificationMessages);
  const { tenant_id } = useTenant();
  const [, navigate] = useLocation();
  const numbers = useNumbers();
  const save = useSaveRule();
  const home = `/t/${tenant_id}/notifications`;

  const [begun] = useState<Draft>(() => (kept ? draftOf(kept.rule) : EMPTY));
  const [draft, setDraft] = useState(begun);
  const settle = useUnsaved(draft !== begun);
  const [sampleText, setSampleText] = useState(() => (kept ? madeUp(kept.rule, templates) : ""));
  const [pasted, setPasted] = useState(false);
  const [tried, setTried] = useState(false);
  const made = kept !== null && !pasted;
  const sample = useMemo(() => sampleIn(sampleText), [sampleText]);
  const leaves = useMemo(() => leavesOf(sample?.data), [sample]);
  const data = sample?.data ?? null;

  const usual = useDirectory("connections").get(kept?.usual_connection_id ?? "");
  const likely = usual && usual.status !== "revoked" ? usual : numbers.active[0];
  const from = draft.connectionId ?? likely?.id ?? null;
  const sendable = useMemo(() => approved(templates), [templates]);
  // A rule keeps a template that Meta does not allow just now, and can be changed meanwhile.
  const template = [...sendable, ...templates].find(
    (one) => one.name === draft.template?.name && one.language === draft.template.language,
  );
  const isAllowed = !template || sendable.includes(template);
  const offered = isAllowed ? sendable : [template, ...sendable];
  const fields = useMemo(() => fieldsOf(template?.components), [template]);
  const beyond = template ? beyondIn(template.components) : [];
  const rule = {
    ...ruleOf(draft, fields, data, made),
    // Who has one number need not name it, and the rule outlives it.
    connection_id: draft.connectionId ?? (numbers.active.length > 1 ? from : null),
  };
  const own = faultsIn(draft, fields);
  const faults = useFaults(tried ? own : {}, save.error, fields.map(slotOf));
  const sound = Object.keys(own).length === 0 && beyond.length === 0;

  const change = (changes: Partial<Draft>) => {
    setDraft((former) => ({ ...former, ...changes }));
    if (save.error) save.reset();
  };
  const take = (text: string) => {
    setSampleText(text);
    setPasted(true);
    const told = sampleIn(text);
    if (told) setDraft(guessed({ ...draft, event: draft.event || (told.event ?? "") }, fields, told.data));
  };
  const choose = (id: string | null) => {
    const chosen = offered.find((one) => one.id === id);
    if (!chosen) return;
    const next = { ...draft, template: { name: chosen.name, language: chosen.language } };
    setDraft(data ? guessed(next, fieldsOf(chosen.components), data) : next);
    if (save.error) save.reset();
  };
  const submit = () => {
    setTried(true);
    if (!sound) return;
    save.mutate(
      { id: kept?.id ?? null, rule, isSwitched: draft.enabled !== begun.enabled },
      {
        onSuccess: () => {
          settle();
          tellSaved(t.saved(rule.event));
          navigate(home);
        },
      },
    );
  };
  return (
    <WorkPage
      back={{ to: home, label: back }}
      title={kept ? nameOf(kept.rule) : t.newTitle}
      end={
        <Switch
          label={t.enabled}
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />
      }
    >
      <Sides
        onSubmit={submit}
        aside={
          <div className={classes["aside"]}>
            <PhonePreview
              preview={template ? lookOf(template.components, draft, data) : null}
              from={numbers.active.find((one) => one.id === from)?.name ?? ""}
              caption={template && fields.length > 0 ? t.previewExample : undefined}
            />
            {sound && data && <TrialPanel ruleId={kept?.id ?? null} rule={rule} data={data} />}
          </div>
        }
      >
        <Section title={t.event.title}>
          <div className={classes["pair"]}>
            <TextInput
              label={t.event.name}
              description={t.event.nameHint}
              placeholder={t.event.example}
              value={draft.event}
              maxLength={100}
              autoCapitalize="none"
              autoComplete="off"
              spellCheck={false}
              error={faults.at("event")}
              onChange={(event) => change({ event: event.currentTarget.value.trim() })}
            />
            <TextInput
              label={t.event.label}
              description={t.event.labelHint}
              placeholder={t.event.labelExample}
              value={draft.name}
              maxLength={200}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
          </div>
          <SampleField value={sampleText} onChange={take} found={sample ? leaves.length : null} made={made} />
        </Section>
        <Section title={t.message.title}>
          <NumberChoice
            numbers={numbers}
            value={from}
            onChange={(connectionId) => change({ connectionId })}
          />
          <TemplateChoice
            templates={offered}
            loading={false}
            value={template ?? null}
            hint={t.message.hint}
            error={faults.at("template") ?? false}
            onChange={choose}
          />
          {!isAllowed && <FormError tone="warn">{t.message.notAllowed}</FormError>}
          {beyond.length > 0 && <FormError>{t.message.beyond(beyond.join(", "))}</FormError>}
        </Section>
        <Section title={t.person.title}>
          <PathField
            label={t.person.recipient}
            hint={t.person.recipientHint}
            value={draft.recipient}
            onChange={(recipient) => change({ recipient })}
            leaves={leaves}
            sample={data}
            error={faults.at("recipient")}
          />
        </Section>
        {template && (
          <Section title={t.gaps}>
            {fields.length === 0 && <p className={classes["hint"]}>{t.message.none}</p>}
            {fields.map((field) => {
              const slot = slotOf(field);
              if (slot === null) return null;
              return (
                <GapField
                  key={field.id}
                  field={field}
                  gap={gapOf(draft, field)}
                  onChange={(gap) => change({ gaps: { ...draft.gaps, [slot]: gap } })}
                  leaves={leaves}
                  sample={data}
                  error={faults.at(`variables.${slot}`)}
                />
              );
            })}
          </Section>
        )}
        <ConditionsField
          conditions={draft.conditions}
          onChange={(conditions) => change({ conditions })}
          leaves={leaves}
          sample={data}
          made={made}
          faults={faults}
        />
        <DelayField
          delay={draft.delay}
          onChange={(delay) => change({ delay })}
          error={faults.at("delay_seconds")}
        />
        {tried && !sound && <FormError>{t.open}</FormError>}
        {faults.rest && <FormError>{faults.rest}</FormError>}
        <div className={classes["actions"]}>
          <Button type="submit" loading={save.isPending}>
            {kept ? t.save : t.create}
          </Button>
        </div>
      </Sides>
    </WorkPage>
  );
}

/** A sample for a rule that is opened again: with Meta's examples where the template has some. */
function madeUp(rule: Rule, templates: readonly Template[]): string {
  const template = templates.find((one) => one.name === rule.template && one.language === rule.language);
  const fields = fieldsOf(template?.components);
  const example = (slot: string) => fields.find((field) => slotOf(field) === slot)?.example ?? null;
  return JSON.stringify(sampleFor(rule, example), null, 2);
}
