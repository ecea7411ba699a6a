/** The first step: what it is called, which number writes, which template, and what stands in its gaps. */

import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { Sides } from "@/shared/ui/work-page";
import { NumberChoice } from "@/shared/whatsapp/number-choice";
import { PhonePreview } from "@/shared/whatsapp/phone-preview";
import { TemplateChoice } from "@/shared/whatsapp/template-choice";
import { fieldsOf } from "@/shared/whatsapp/templates";
import type { Campaign } from "../api/campaigns";
import classes from "./editor.module.css";
import { GapField } from "./gap-field";
import { editorMessages } from "./messages";
import type { Message } from "./use-message";

interface MessageStepProps {
  message: Message;
  /** It has begun: only what stands in the gaps can be changed. */
  begun?: boolean;
  /** Called with the campaign as it is stored. */
  onSaved: (campaign: Campaign) => void;
}

export function MessageStep({ message, begun = false, onSaved }: MessageStepProps) {
  const t = useMessages(editorMessages);
  const refusal = useRefusal();
  const { numbers, name, from, templates, all, template, now, look, open, sent, gone } = message;
  const { setName, setFrom, setChosen } = message.draft;
  const [tried, setTried] = useState(false);
  const fields = template ? fieldsOf(template.components) : [];
  const save = () => {
    setTried(true);
    message.save(onSaved);
  };
  const error = refusal(message.error);
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
      {gone && <FormError tone="warn">{t.templateGone(gone)}</FormError>}
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
              onChange={(filling) => message.fill(field.id, filling)}
              upload={sent?.variables?.gap === field.id ? sent : null}
              onFile={(kind, file) => message.upload(field.id, kind, file)}
            />
          ))}
        </section>
      )}
      {tried && open.length > 0 && <FormError>{t.missing}</FormError>}
      {error && <FormError>{error}</FormError>}
      <div className={classes["actions"]}>
        <Button type="submit" loading={message.isSaving || sent?.isPending}>
          {begun ? t.save : t.next}
        </Button>
      </div>
    </Sides>
  );
}
