/** The text, its variables, and an example of each. */

import { Button, Textarea, TextInput } from "@mantine/core";
import { IconBraces } from "@tabler/icons-react";
import { useRef } from "react";
import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import { nextVariable, variablesIn } from "../model/draft";
import type { FieldProps } from "./editor";
import classes from "./editor.module.css";
import { FindingWords } from "./finding-words";
import { Count } from "./header-field";

const LONGEST = 1024;

export function BodyField({ draft, found, onChange, onSeen }: FieldProps) {
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
    <section className={classes["part"]} aria-label={t.body}>
      <h2>{t.body}</h2>
      <div>
        <Textarea
          ref={field}
          aria-label={t.body}
          description={t.bodyHint}
          inputWrapperOrder={["input", "description"]}
          autosize
          minRows={4}
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
          <Count now={draft.body.length} most={LONGEST} />
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
    </section>
  );
}
