/** The header: nothing, a line of text, a file or a place. */

import { TextInput } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { templateMessages } from "../messages";
import { FILES, type FileKind, HEADERS, NO_SAMPLE, variablesIn } from "../model/draft";
import { Choices } from "./choices";
import { Count } from "./count";
import classes from "./editor.module.css";
import type { FieldProps, SampleProps } from "./field";
import { FindingWords } from "./finding-words";
import { SampleChoice } from "./sample-choice";

const LONGEST = 60;

export function HeaderField({ draft, found, onChange, onSeen, ...where }: FieldProps & SampleProps) {
  const t = useMessages(templateMessages);
  const { header } = draft;
  const change = (changed: Partial<typeof header>) =>
    onChange({ ...draft, header: { ...header, ...changed } });
  const [variable] = variablesIn(header.text);
  return (
    <section className={classes["part"]} aria-label={t.header}>
      <h2>{t.header}</h2>
      <Choices
        label={t.header}
        words={t.headerKind}
        among={HEADERS[draft.kind]}
        chosen={header.kind}
        onChoose={(kind) => change({ kind, sample: NO_SAMPLE })}
      />
      {header.kind === "TEXT" && (
        <>
          <TextInput
            label={t.headerText}
            value={header.text}
            rightSectionWidth={58}
            rightSection={<Count now={header.text.length} most={LONGEST} />}
            aria-invalid={found("header").length > 0 || undefined}
            onBlur={() => onSeen("header")}
            onChange={(event) => change({ text: event.currentTarget.value })}
          />
          {variable !== undefined && (
            <TextInput
              label={t.exampleOf(variable)}
              value={header.example}
              aria-invalid={found("header.example").length > 0 || undefined}
              onBlur={() => onSeen("header.example")}
              onChange={(event) => change({ example: event.currentTarget.value })}
            />
          )}
        </>
      )}
      {FILES.includes(header.kind) && (
        <SampleChoice
          {...where}
          key={header.kind}
          format={header.kind as FileKind}
          sample={header.sample}
          onChange={(sample) => change({ sample })}
          onSeen={() => onSeen("header.example")}
        />
      )}
      <FindingWords findings={[...found("header"), ...found("header.example")]} />
    </section>
  );
}
