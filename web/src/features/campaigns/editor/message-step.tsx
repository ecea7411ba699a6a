/** The first step: what it is called, which number writes, which template, and what stands in its gaps. */

import { Button, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { type Template, useTemplates } from "@/shared/api/templates";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { ownZone } from "@/shared/lib/zones";
import { useTenant } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { Sides } from "@/shared/ui/work-page";
import { NumberChoice, useNumbers } from "@/shared/whatsapp/number-choice";
import { PhonePreview } from "@/shared/whatsapp/phone-preview";
import { TemplateChoice } from "@/shared/whatsapp/template-choice";
import { fieldsOf } from "@/shared/whatsapp/templates";
import { type Campaign, useChange, useCreate } from "../api/campaigns";
import {
  contentOf,
  filesIn,
  fillingsIn,
  firstFillings,
  isOf,
  lookOf,
  offered,
  openGaps,
} from "../model/composing";
import classes from "./editor.module.css";
import { GapField } from "./gap-field";
import { editorMessages } from "./messages";
import type { MessageDraft } from "./use-message-draft";

interface MessageStepProps {
  campaign: Campaign | null;
  draft: MessageDraft;
  /** It has begun: only what stands in the gaps can be changed. */
  begun?: boolean;
  /** Called with the campaign as it is stored. */
  onSaved: (campaign: Campaign) => void;
}

export function MessageStep({ campaign, draft, begun = false, onSaved }: MessageStepProps) {
  const t = useMessages(editorMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const numbers = useNumbers();
  const { name, setName, setFrom, chosen, setChosen, typed, setTyped } = draft;
  const from = draft.from ?? numbers.active[0]?.id ?? null;
  const templates = useTemplates(tenant_id, from, from !== null);
  const all = useMemo(() => offered(templates.data ?? []), [templates.data]);
  const template =
    all.find((one) => one.id === chosen) ?? (campaign && all.find((one) => isOf(one, campaign))) ?? null;
  const now =
    template && (typed?.of === template.id ? typed : { of: template.id, ...beginning(template, campaign) });
  const create = useCreate();
  const change = useChange(campaign?.id ?? "");
  const fields = template ? fieldsOf(template.components) : [];
  const look = template && now ? lookOf(template.components, now.fillings) : null;
  const [tried, setTried] = useState(false);
  const open = template && now ? openGaps(template, now.fillings, now.files) : [];
  const ready =
    template && now && name.trim() !== "" && from && open.length === 0 && look?.beyond.length === 0;

  const stored = (saved: Campaign) => {
    draft.settle(saved);
    onSaved(saved);
  };
  const save = () => {
    setTried(true);
    if (!ready) return;
    const content = contentOf(template, now.fillings, now.files);
    const told = { name: name.trim(), connection_id: from, template: content };
    if (!campaign)
      return create.mutate(
        {
          ...told,
          time_zone: ownZone(),
          quiet_hours: { start: "21:00", end: "09:00" },
          pause_at_failures: 25,
        },
        { onSuccess: stored },
      );
    if (isSame(campaign, told)) return stored(campaign);
    change.mutate(begun ? { template: content } : told, { onSuccess: stored });
  };
  const error = refusal(create.error ?? change.error);
  return (
    <Sides
      onSubmit={save}
      aside={
        <PhonePreview
          preview={look}
          from={numbers.active.find((one) => one.id === from)?.name ?? ""}
          header={now?.picture ? <img className={classes["picture"]} src={now.picture} alt="" /> : undefined}
          caption={look && fields.length > 0 ? t.previewExample : undefined}
        />
      }
    >
      {!begun && (
        <>
          <TextInput
            label={t.name}
            description={t.nameHint}
            placeholder={t.example(t.nameExample)}
            value={name}
            maxLength={200}
            error={tried && name.trim() === ""}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NumberChoice numbers={numbers} value={from} onChange={setFrom} />
          <TemplateChoice
            templates={all}
            loading={templates.isPending}
            value={template}
            onChange={setChosen}
            hint={t.templateHint}
            error={tried && !template}
          />
        </>
      )}
      {look && look.beyond.length > 0 && <FormError>{t.beyond(look.beyond.join(", "))}</FormError>}
      {template && now && (
        <section className={classes["gaps"]}>
          {!begun && <h2 className={classes["subtitle"]}>{t.gaps}</h2>}
          {fields.length === 0 && <p className={classes["hint"]}>{t.gapsNone}</p>}
          {fields.map((field) => (
            <GapField
              key={field.id}
              field={field}
              filling={now.fillings[field.id] ?? { from: "same", text: "" }}
              file={now.files[field.id]}
              onChange={(filling) => setTyped({ ...now, fillings: { ...now.fillings, [field.id]: filling } })}
              onFile={(id, picture) => setTyped({ ...now, files: { ...now.files, [field.id]: id }, picture })}
            />
          ))}
        </section>
      )}
      {tried && open.length > 0 && <FormError>{t.missing}</FormError>}
      {error && <FormError>{error}</FormError>}
      <div className={classes["actions"]}>
        <Button type="submit" loading={create.isPending || change.isPending}>
          {begun ? t.save : t.next}
        </Button>
      </div>
    </Sides>
  );
}

function beginning(template: Template, campaign: Campaign | null) {
  const again = campaign && isOf(template, campaign);
  return {
    fillings: again
      ? fillingsIn(campaign, template.components)
      : firstFillings(fieldsOf(template.components)),
    files: again ? filesIn(campaign) : {},
    picture: null,
  };
}

/** Nothing was changed: what was looked over stays looked over. */
function isSame(
  campaign: Campaign,
  told: Pick<Campaign, "name" | "connection_id"> & { template: unknown },
): boolean {
  return (
    campaign.name === told.name &&
    campaign.connection_id === told.connection_id &&
    canonical(campaign.template) === canonical(told.template)
  );
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([, one]) => one !== null && !(Array.isArray(one) && one.length === 0))
            .sort(([one], [other]) => (one < other ? -1 : 1)),
        )
      : part,
  );
}
