import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCircleCheck, IconSend } from "@tabler/icons-react";
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { isProblem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useUnsaved } from "@/shared/lib/unsaved";
import { FormError } from "@/shared/ui/form-error";
import { tellSaved } from "@/shared/ui/notices";
import {
  type Finding,
  type Template,
  type TemplateDraft,
  useAccounts,
  useCreate,
  useEdit,
  useJudge,
  useJudgement,
} from "../api/templates";
import { templateMessages } from "../messages";
import { componentsOf } from "../model/components";
import type { Draft } from "../model/draft";
import { placed } from "../model/findings";
import { lookOf } from "../model/look";
import { Phone } from "../phone";
import { AboutFields } from "./about-fields";
import { BodyField } from "./body-field";
import { ButtonsField } from "./buttons-field";
import { CardsField } from "./cards-field";
import { CodeFields } from "./code-fields";
import { useCodeLook } from "./code-look";
import classes from "./editor.module.css";
import type { FieldProps, SampleProps } from "./field";
import { FindingWords } from "./finding-words";
import { FooterField } from "./footer-field";
import { HeaderField } from "./header-field";
import { KindField } from "./kind-field";
import { OfferField } from "./offer-field";
import { ShopField } from "./shop-field";

const PRESSED = 250;
const NONE: readonly Finding[] = [];

interface EditorProps {
  start: Draft;
  /** null: a new one. */
  template: Template | null;
  home: string;
}

export function Editor({ start, template, home }: EditorProps) {
  const t = useMessages(templateMessages);
  const refusal = useRefusal();
  const [begun] = useState(start);
  const [draft, setDraft] = useState(begun);
  const settle = useUnsaved(draft !== begun);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const { data: accounts } = useAccounts();
  const wabaId = draft.wabaId ?? accounts?.[0]?.waba_id ?? null;
  const written = useMemo(() => componentsOf(draft), [draft]);
  const { components } = written;
  const given = useMemo(() => bodyOf(draft, components, wabaId), [draft, components, wabaId]);
  const [asked] = useDebouncedValue(given, 250);
  const { data: judgement } = useJudgement(asked);
  const findings = judgement?.findings ?? NONE;
  const judged = useMemo(() => placed(findings, written, draft), [findings, written, draft]);
  const { send, isSending, error } = useHandIn({ template, home, onHandedIn: settle });
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
  const handIn = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    setTried(true);
    if (!(await send(given))) showFirst(form);
  };
  const codeLook = useCodeLook();
  const look = draft.kind === "CODE" ? codeLook(draft.code) : lookOf(components);
  usePicturesEnd(draft);
  return (
    <form className={classes["sides"]} onSubmit={(event) => void handIn(event)} noValidate>
      <div className={classes["form"]}>
        {template === null && <KindField {...props} />}
        <AboutFields {...props} isNew={template === null} accounts={accounts ?? []} wabaId={wabaId} />
        <Parts {...props} wabaId={wabaId} isNew={template === null} />
        {tried && <FindingWords findings={judged.loose} />}
        {error && (
          <FormError>
            {isProblem(error, "conflict") ? t.duplicate : fromMeta(error, refusal(error))}
          </FormError>
        )}
        <div className={classes["actions"]}>
          <Verdict findings={findings} known={judgement !== undefined && isBegun(draft)} />
          <Button type="submit" loading={isSending} leftSection={<IconSend size={16} />}>
            {template ? t.handInAgain : t.handIn}
          </Button>
        </div>
      </div>
      <div className={classes["preview"]}>
        <Phone look={look} pictures={picturesOf(draft)} />
      </div>
    </form>
  );
}

/** The fields of the draft's kind, in the order in which the phone shows them. */
function Parts(props: FieldProps & SampleProps) {
  const { kind, shop } = props.draft;
  switch (kind) {
    case "CODE":
      return <CodeFields {...props} />;
    case "CAROUSEL":
      return (
        <>
          <BodyField {...props} />
          <CardsField {...props} />
        </>
      );
    case "OFFER":
      return (
        <>
          <HeaderField {...props} />
          <OfferField {...props} />
          <BodyField {...props} />
          <ButtonsField {...props} />
        </>
      );
    case "CATALOG":
      return (
        <>
          <ShopField {...props} />
          {shop !== "SPM" && <HeaderField {...props} />}
          <BodyField {...props} />
          <FooterField {...props} />
        </>
      );
    default:
      return (
        <>
          <HeaderField {...props} />
          <BodyField {...props} />
          <FooterField {...props} />
          <ButtonsField {...props} />
        </>
      );
  }
}

interface HandingIn {
  template: Template | null;
  home: string;
  onHandedIn: () => void;
}

/** Hands a draft in unless Meta's rules refuse it; `send` tells whether it was handed in. */
function useHandIn({ template, home, onHandedIn }: HandingIn) {
  const t = useMessages(templateMessages);
  const [, go] = useLocation();
  const judge = useJudge();
  const create = useCreate();
  const edit = useEdit();
  const [isJudging, setJudging] = useState(false);
  const send = async (given: TemplateDraft): Promise<boolean> => {
    setJudging(true);
    // Where nobody can be asked, the API judges what it gets anyway.
    const judgement = await judge(given).catch(() => null);
    setJudging(false);
    if (judgement && errorsIn(judgement.findings) > 0) return false;
    const onSuccess = (made: Template) => {
      onHandedIn();
      tellSaved(template ? t.edited(made.name) : t.created(made.name));
      go(`${home}/${made.id}`);
    };
    if (template) edit.mutate({ id: template.id, ...changesOf(template, given) }, { onSuccess });
    else create.mutate(given, { onSuccess });
    return true;
  };
  const isSending = isJudging || create.isPending || edit.isPending;
  return { send, isSending, error: create.error ?? edit.error };
}

function errorsIn(findings: readonly Finding[]): number {
  return findings.filter((one) => one.severity === "error").length;
}

/** Whether there is something to judge: an empty page is not told what it lacks. */
function isBegun(draft: Draft): boolean {
  return draft.body !== "" || draft.kind === "CODE";
}

function Verdict({ findings, known }: { findings: readonly Finding[]; known: boolean }) {
  const t = useMessages(templateMessages);
  if (!known) return <span />;
  const errors = errorsIn(findings);
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
function changesOf(template: Template, { components, category }: TemplateDraft) {
  return category === template.category ? { components } : { components, category };
}

/** Meta's own words say more than ours: they are of this very template. */
function fromMeta(error: unknown, words: string | null): string {
  if (isProblem(error, "graph_refused") || isProblem(error, "template_locked")) return error.detail;
  if (isProblem(error, "conflict")) return error.detail; // there is one of that name in that language
  return words ?? "";
}

function picturesOf(draft: Draft) {
  return { header: draft.header.sample.picture, cards: draft.cards.map((card) => card.sample.picture) };
}

/** The browser keeps a file for as long as somebody may want its picture: until the editor is left. */
function usePicturesEnd(draft: Draft): void {
  const last = useRef(draft);
  last.current = draft;
  useEffect(
    () => () => {
      const { header, cards } = picturesOf(last.current);
      for (const picture of [header, ...cards]) if (picture) URL.revokeObjectURL(picture);
    },
    [],
  );
}

/** The first thing to mend may lie far above the button. */
function showFirst(form: HTMLElement): void {
  requestAnimationFrame(() =>
    form.querySelector("[data-severity=error]")?.scrollIntoView({ block: "center" }),
  );
}
