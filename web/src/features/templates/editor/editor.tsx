import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCircleCheck, IconSend } from "@tabler/icons-react";
import { type FormEvent, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { isProblem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { tellSaved } from "@/shared/ui/notices";
import {
  type Finding,
  type Template,
  type TemplateDraft,
  useAccounts,
  useCreate,
  useEdit,
  useJudgement,
} from "../api/templates";
import { templateMessages } from "../messages";
import { componentsOf, type Draft } from "../model/draft";
import { placed } from "../model/findings";
import { type Look, lookOf } from "../model/reading";
import { Phone } from "../phone";
import { AboutFields } from "./about-fields";
import { BodyField } from "./body-field";
import { ButtonsField } from "./buttons-field";
import { CodeFields } from "./code-fields";
import classes from "./editor.module.css";
import { FindingWords } from "./finding-words";
import { FooterField } from "./footer-field";
import { HeaderField } from "./header-field";

export interface FieldProps {
  draft: Draft;
  /** What Meta's rules say of a field, once somebody has been there or has tried to hand the template in. */
  found: (field: string) => readonly Finding[];
  onChange: (draft: Draft) => void;
  /** Somebody has left a field. */
  onSeen: (field: string) => void;
}

const PRESSED = 250;

interface EditorProps {
  start: Draft;
  /** null: a new one. */
  template: Template | null;
  home: string;
}

export function Editor({ start, template, home }: EditorProps) {
  const t = useMessages(templateMessages);
  const refusal = useRefusal();
  const [, go] = useLocation();
  const [draft, setDraft] = useState(start);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [picture, setPicture] = useState<string | null>(null);
  const { data: accounts } = useAccounts();
  const wabaId = draft.wabaId ?? accounts?.[0]?.waba_id ?? null;
  const { components, fields } = useMemo(() => componentsOf(draft), [draft]);
  const given = useMemo(() => bodyOf(draft, components, wabaId), [draft, components, wabaId]);
  const [asked] = useDebouncedValue(given, 250);
  const judgement = useJudgement(asked);
  const judged = useMemo(
    () => placed(judgement.data?.findings ?? [], fields, draft),
    [judgement.data, fields, draft],
  );
  const create = useCreate();
  const edit = useEdit();
  const error = create.error ?? edit.error;
  const errors = (judgement.data?.findings ?? []).filter((one) => one.severity === "error").length;
  const found = (field: string) => {
    const shown = tried || seen.has(field) || seen.has(field.split(".")[0] ?? "");
    return shown ? (judged.at.get(field) ?? []) : [];
  };
  const props: FieldProps = {
    draft,
    found,
    onChange: setDraft,
    // What is said then moves what lies below: whoever left the field to press something there has pressed it by now.
    onSeen: (field) =>
      setTimeout(() => setSeen((now) => (now.has(field) ? now : new Set([...now, field]))), PRESSED),
  };
  const handIn = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (errors > 0) return;
    const onSuccess = (made: Template) => {
      tellSaved(template ? t.edited(made.name) : t.created(made.name));
      go(`${home}/${made.id}`);
    };
    if (template) edit.mutate({ id: template.id, components, ...category(template, draft) }, { onSuccess });
    else create.mutate(given, { onSuccess });
  };
  const look = draft.category === "AUTHENTICATION" ? codeLook(draft, t) : lookOf(components);
  return (
    <form className={classes["sides"]} onSubmit={handIn} noValidate>
      <div className={classes["form"]}>
        <AboutFields {...props} isNew={template === null} accounts={accounts ?? []} wabaId={wabaId} />
        {draft.category === "AUTHENTICATION" ? (
          <CodeFields {...props} />
        ) : (
          <>
            <HeaderField {...props} wabaId={wabaId} isNew={template === null} onPicture={setPicture} />
            <BodyField {...props} />
            <FooterField {...props} />
            <ButtonsField {...props} />
          </>
        )}
        {tried && <FindingWords findings={judged.loose} />}
        {error && (
          <FormError>
            {isProblem(error, "conflict") ? t.duplicate : fromMeta(error, refusal(error))}
          </FormError>
        )}
        <div className={classes["actions"]}>
          <Verdict errors={errors} known={judgement.data !== undefined && draft.body !== ""} />
          <Button
            type="submit"
            loading={create.isPending || edit.isPending}
            leftSection={<IconSend size={16} />}
          >
            {template ? t.handInAgain : t.handIn}
          </Button>
        </div>
      </div>
      <div className={classes["preview"]}>
        <Phone look={look} picture={picture} />
      </div>
    </form>
  );
}

function Verdict({ errors, known }: { errors: number; known: boolean }) {
  const t = useMessages(templateMessages);
  if (!known) return <span />;
  return (
    <span className={classes["verdict"]} data-fits={errors === 0 || undefined} role="status">
      {errors === 0 && <IconCircleCheck size={17} stroke={1.9} aria-hidden="true" />}
      {errors === 0 ? t.fits : t.broken(errors)}
    </span>
  );
}

function bodyOf(draft: Draft, components: TemplateDraft["components"], wabaId: string | null): TemplateDraft {
  const { name, language, category } = draft;
  return { name, language, category, components, waba_id: wabaId };
}

/** Meta refuses the category of an approved template even where it is the same. */
function category(template: Template, draft: Draft) {
  return draft.category === template.category ? {} : { category: draft.category };
}

/** Meta's own words say more than ours: they are of this very template. */
function fromMeta(error: unknown, words: string | null): string {
  if (isProblem(error, "graph_refused") || isProblem(error, "template_locked")) return error.detail;
  return words ?? "";
}

type Words = ReturnType<typeof useMessages<(typeof templateMessages)["en"]>>;

function codeLook({ code }: Draft, t: Words): Look {
  return {
    header: null,
    body: code.recommendation ? `${t.codeSample} ${t.codeAdvice}` : t.codeSample,
    footer: code.minutes.trim() ? t.codeExpires(code.minutes) : "",
    offer: "",
    buttons: [{ type: "OTP", text: code.button || t.codeCopy, detail: "" }],
    cards: [],
  };
}
