/** The text, its variables, and an example of each. */

import { Button, Textarea, TextInput } from "@mantine/core";
import { IconBraces } from "@tabler/icons-react";
import { useRef } from "react";
import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import { type BodyDraft, type Draft, nextVariable, variablesIn } from "../model/draft";
import { Count } from "./count";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { FindingWords } from "./finding-words";

const LONGEST = 1024;
const LONGEST_OFFER = 600;

export function BodyField(props: FieldProps) {
  const t = useMessages(templateMessages);
  const most = props.draft.kind === "OFFER" ? LONGEST_OFFER : LONGEST;
  return (
    <section className={classes["part"]} aria-label={t.body}>
      <h2>{t.body}</h2>
      <BodyInputs<Draft> {...props} label={t.body} hint={t.bodyHint} most={most} rows={4} />
    </section>
  );
}

interface BodyInputsProps<Part> extends FieldProps<Part> {
  label: string;
  hint: string;
  most: number;
  rows: number;
}

/** A text of a template's own or of a card's. */
export function BodyInputs<Part extends BodyDraft>(props: BodyInputsProps<Part>) {
  const { draft, found, onChange, onSeen, label, hint, most, rows } = props;
  const t = useMessages(templateMessages);
  const field = useRef<HTMLTextAreaElement>(null);
  const names = variablesIn(draft.body);
  const insert = () => {
    const at = field.current;
    const [start, end] = [at?.selectionStart ?? draft.body.length, at?.selectionEnd ?? draft.body.length];
    const put = `{{${nextVariable(draft.body, t.variableWord)}}}`;
    onChange({ ...draft, body: draft.body.slice(0, start) + put + draft.body.slice(end) });
    // Once React has written the new text.
    requestAnimationFrame(() => {
      at?.focus();
      at?.setSelectionRange(start + put.length, start + put.length);
    });
  };
  return (
    <>
      <div>
        <Textarea
          ref={field}
          aria-label={label}
          description={hint}
          inputWrapperOrder={["input", "description"]}
          autosize
          minRows={rows}
          maxRows={14}
          value={draft.body}
          aria-invalid={found("body").length > 0 || undefined}
          onBlur={() => onSeen("body")}
          onChange={(event) => onChange({ ...draft, body: event.currentTarget.value })}
        />
        <div className={classes["under"]}>
          <Button variant="subtle" size="compact-sm" leftSection={<IconBraces size={15} />} onClick={insert}>
            {t.addVariable}
          </Button>
          <Count now={draft.body.length} most={most} />
        </div>
      </div>
      <FindingWords findings={found("body")} />
      {names.length > 0 && (
        <fieldset className={classes["examples"]}>
          <legend>{t.examples}</legend>
          {names.map((name) => (
            <TextInput
              key={name}
              label={`{{${name}}}`}
              aria-label={t.exampleOf(name)}
              value={draft.examples[name] ?? ""}
              onBlur={() => onSeen("body.example")}
              onChange={(event) =>
                onChange({ ...draft, examples: { ...draft.examples, [name]: event.currentTarget.value } })
              }
            />
          ))}
        </fieldset>
      )}
      <FindingWords findings={found("body.example")} />
    </>
  );
}
