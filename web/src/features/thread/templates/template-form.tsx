/** The variables of a template as a form, beside how it will look. */

import { Alert, Button } from "@mantine/core";
import { IconArrowLeft, IconSend2, IconUpload } from "@tabler/icons-react";
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import type { Template } from "@/shared/api/templates";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { ContactSummary, Json } from "@/shared/store/types";
import { TemplateLook } from "@/shared/whatsapp/template-look";
import { componentsFor, type Field, fieldsOf, missingIn, previewOf } from "@/shared/whatsapp/templates";
import type { ChosenFile, Fill, Filling } from "@/shared/whatsapp/use-fillings";
import form from "../composer/form.module.css";
import { LimitedField } from "../composer/limited-field";
import { upload } from "../composer/upload";
import { objectionTo, plainType, type SendKind } from "../model/limits";
import { templateMessages } from "./messages";
import classes from "./template-picker.module.css";
import { useFirstFocus } from "./use-first-focus";

interface TemplateFormProps {
  /** Whom it goes to, as far as that is known. */
  contact: Pick<ContactSummary, "name" | "marketing"> | null;
  template: Template;
  busy?: boolean;
  /** What stands in its gaps: kept by what it stands in, so that going back loses nothing. */
  filling: Filling;
  onFill: Fill;
  onBack: () => void;
  onSend: (template: Json, words: string) => void;
}

export function TemplateForm({
  contact,
  template,
  busy = false,
  filling: { values, files },
  onFill,
  onBack,
  onSend,
}: TemplateFormProps) {
  const t = useMessages(templateMessages);
  const { components } = template;
  const fields = useMemo(() => fieldsOf(components), [components]);
  const picture = usePicture(
    files[fields.find((one) => one.kind === "image" && one.card === null)?.id ?? ""],
  );
  const ids = Object.fromEntries(Object.entries(files).map(([field, { id }]) => [field, id]));
  const preview = previewOf(components, values);
  const missing = missingIn(fields, values, ids);
  const canSend = missing.length === 0 && preview.beyond.length === 0;
  const stopped = template.category === "MARKETING" && contact?.marketing === "stop";
  const inside = useFirstFocus<HTMLFormElement>();
  const send = () => {
    const sent = componentsFor(components, values, ids);
    onSend(
      {
        name: template.name,
        language: { code: template.language },
        ...(sent.length ? { components: sent } : {}),
      },
      preview.body,
    );
  };
  return (
    <div className={form["sides"]}>
      <form
        ref={inside}
        className={form["form"]}
        // The Enter that chose the template may be held still: it sends nothing.
        onKeyDown={(event) => event.key === "Enter" && event.repeat && event.preventDefault()}
        onSubmit={(event) => {
          event.preventDefault();
          if (canSend) send();
        }}
      >
        <div className={classes["chosen"]}>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconArrowLeft size={16} />}
            onClick={onBack}
          >
            {t.back}
          </Button>
          <strong>{template.name}</strong>
        </div>
        {preview.beyond.length > 0 && (
          <Alert color="yellow" title={t.beyond}>
            {preview.beyond.join(", ")}
          </Alert>
        )}
        {stopped && <Alert color="red">{t.marketingStopped}</Alert>}
        {fields.length === 0 && preview.beyond.length === 0 && <p>{t.nothingToFill}</p>}
        {fields.map((field, index) => (
          <Fragment key={field.id}>
            {field.card !== null && field.card !== fields[index - 1]?.card && (
              <strong className={classes["card"]}>{t.card(field.card + 1)}</strong>
            )}
            <FieldOf
              field={field}
              value={values[field.id] ?? ""}
              autoFocus={index === 0}
              contactName={contact?.name ?? null}
              file={files[field.id] ?? null}
              onChange={(value) =>
                onFill((now) => ({ ...now, values: { ...now.values, [field.id]: value } }))
              }
              onFile={(file) =>
                onFill(({ values, files: { [field.id]: _, ...others } }) => ({
                  values,
                  files: file ? { ...others, [field.id]: file } : others,
                }))
              }
            />
          </Fragment>
        ))}
        <div className={form["actions"]}>
          <Button
            type="submit"
            disabled={!canSend}
            loading={busy}
            rightSection={<IconSend2 size={17} />}
            data-autofocus={fields.length === 0 || undefined}
          >
            {t.send}
          </Button>
        </div>
      </form>
      <section className={form["preview"]} aria-label={t.preview}>
        <span className={form["previewTitle"]}>{t.preview}</span>
        <div className={form["bubble"]}>
          <TemplateLook
            preview={preview}
            header={picture ? <img className={classes["picture"]} src={picture} alt="" /> : undefined}
          />
        </div>
      </section>
    </div>
  );
}

/** The chosen picture, as a URL of this page. The browser holds the file until it is told that nobody shows it any more. */
function usePicture(chosen: ChosenFile | undefined): string | null {
  const file = chosen?.file;
  const [shown, setShown] = useState<string | null>(null);
  useEffect(() => {
    if (!file) return;
    const url = URL.createObjectURL(file);
    setShown(url);
    return () => {
      URL.revokeObjectURL(url);
      setShown(null);
    };
  }, [file]);
  return shown;
}

interface FieldOfProps {
  field: Field;
  value: string;
  file: ChosenFile | null;
  autoFocus: boolean;
  contactName: string | null;
  onChange: (value: string) => void;
  /** What was uploaded; null: nothing yet. */
  onFile: (file: ChosenFile | null) => void;
}

function FieldOf({ field, value, file, autoFocus, contactName, onChange, onFile }: FieldOfProps) {
  const t = useMessages(templateMessages);
  const placeholder = field.example === null ? {} : { placeholder: t.example(field.example) };
  switch (field.kind) {
    case "image":
    case "video":
    case "document":
      return <FileField kind={field.kind} chosen={file} onFile={onFile} autoFocus={autoFocus} />;
    case "location":
      return (
        <LimitedField
          label={t.place}
          value={value}
          most={1000}
          placeholder={t.placeExample}
          onChange={onChange}
          autoFocus={autoFocus}
        />
      );
    case "products":
      return (
        <LimitedField
          label={t.products}
          value={value}
          most={field.most}
          placeholder={t.productsExample}
          onChange={onChange}
          autoFocus={autoFocus}
        />
      );
    case "expiry":
      return (
        <label className={form["field"]}>
          <span>{t.expiry}</span>
          <input
            type="datetime-local"
            value={value}
            data-autofocus={autoFocus || undefined}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        </label>
      );
    case "code":
      return (
        <LimitedField
          label={t.code}
          value={value}
          most={field.most}
          {...placeholder}
          onChange={onChange}
          autoFocus={autoFocus}
        />
      );
    default: {
      const label =
        field.where === "button"
          ? t.url(field.variable)
          : `${field.where === "header" ? `${t.header}: ` : ""}${t.variable(field.variable)}`;
      return (
        <>
          <LimitedField
            label={label}
            value={value}
            most={field.most}
            {...placeholder}
            onChange={onChange}
            autoFocus={autoFocus}
          />
          {contactName &&
            value === "" &&
            field.where === "body" &&
            /^(1|.*name.*|.*nombre.*|.*nome.*)$/i.test(field.variable) && (
              <button type="button" className={classes["fill"]} onClick={() => onChange(contactName)}>
                {t.contactName}: {contactName}
              </button>
            )}
        </>
      );
    }
  }
}

interface FileFieldProps {
  kind: "image" | "video" | "document";
  chosen: ChosenFile | null;
  onFile: FieldOfProps["onFile"];
  autoFocus: boolean;
}

function FileField({ kind, chosen, onFile, autoFocus }: FileFieldProps) {
  const t = useMessages(templateMessages);
  const refusal = useRefusal();
  const { tenant_id: tenantId } = useTenant();
  const input = useRef<HTMLInputElement>(null);
  const [state, setState] = useState({ words: chosen?.file.name ?? "", error: false });
  const under = useRef<AbortController | null>(null);
  useEffect(() => () => under.current?.abort(), []);
  const choose = async (file: File) => {
    under.current?.abort();
    onFile(null);
    const type = plainType(file.type, file.name);
    if (objectionTo(kind as SendKind, type, file.size))
      return setState({ words: t.fileRefused, error: true });
    const abort = new AbortController();
    under.current = abort;
    try {
      const preview = { filename: file.name, mime_type: type, size: file.size };
      const { id } = await upload({ tenantId, file, kind, preview, abort }, (part) =>
        setState({ words: t.uploading(Math.round(part * 100)), error: false }),
      );
      setState({ words: file.name, error: false });
      onFile({ id, file });
    } catch (error) {
      if (!abort.signal.aborted) setState({ words: refusal(error) ?? t.uploadFailed, error: true });
    }
  };
  return (
    <div className={form["field"]}>
      <span className={classes["file"]}>
        <Button
          variant="default"
          leftSection={<IconUpload size={16} />}
          onClick={() => input.current?.click()}
          aria-label={t.file[kind]}
          data-autofocus={autoFocus || undefined}
        >
          {t.file[kind]}
        </Button>
        <span role="status" className={state.error ? (form["error"] ?? "") : ""}>
          {state.words}
        </span>
      </span>
      <input
        ref={input}
        type="file"
        hidden
        accept={
          kind === "image" ? "image/jpeg,image/png" : kind === "video" ? "video/mp4,video/3gpp" : undefined
        }
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) void choose(file);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
