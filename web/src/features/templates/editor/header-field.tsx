/** The header: nothing, a line of text, a file or a place. */

import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useSample } from "../api/templates";
import { store } from "../api/upload";
import { FileChoice } from "../file-choice";
import { templateMessages } from "../messages";
import { FILES, type HeaderKind, variablesIn } from "../model/draft";
import type { FieldProps } from "./editor";
import classes from "./editor.module.css";
import { FindingWords } from "./finding-words";

const KINDS: readonly HeaderKind[] = ["NONE", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"];
const LONGEST = 60;
type FileKind = "IMAGE" | "VIDEO" | "DOCUMENT";

interface HeaderFieldProps extends FieldProps {
  wabaId: string | null;
  isNew: boolean;
  /** A picture of the file that was chosen. */
  onPicture: (url: string | null) => void;
}

export function HeaderField(props: HeaderFieldProps) {
  const { draft, found, onChange, onSeen } = props;
  const t = useMessages(templateMessages);
  const { header } = draft;
  const change = (changed: Partial<typeof header>) =>
    onChange({ ...draft, header: { ...header, ...changed } });
  const [variable] = variablesIn(header.text);
  return (
    <section className={classes["part"]} aria-label={t.header}>
      <h2>{t.header}</h2>
      <fieldset className={classes["choices"]} aria-label={t.header}>
        {KINDS.map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="header"
              checked={header.kind === kind}
              onChange={() => {
                change({ kind, handle: "", filename: "" });
                props.onPicture(null);
              }}
            />
            <span>{t.headerKind[kind]}</span>
          </label>
        ))}
      </fieldset>
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
      {FILES.includes(header.kind) && <Sample {...props} />}
      <FindingWords findings={[...found("header"), ...found("header.example")]} />
    </section>
  );
}

function Sample({ draft, onChange, onSeen, onPicture, wabaId, isNew }: HeaderFieldProps) {
  const t = useMessages(templateMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const sample = useSample();
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const shown = useRef<string | null>(null);
  const format = draft.header.kind as FileKind;
  useEffect(() => () => URL.revokeObjectURL(shown.current ?? ""), []);
  const choose = async (file: File) => {
    setBusy(true);
    setFailed(null);
    try {
      const media_id = await store(tenant_id, file, format.toLowerCase() as "image" | "video" | "document");
      const { handle } = await sample.mutateAsync({ media_id, format, waba_id: wabaId });
      URL.revokeObjectURL(shown.current ?? "");
      shown.current = format === "IMAGE" ? URL.createObjectURL(file) : null;
      onPicture(shown.current);
      onChange({ ...draft, header: { ...draft.header, handle, filename: file.name } });
    } catch (error) {
      setFailed(refusal(error));
    } finally {
      setBusy(false);
      onSeen("header.example");
    }
  };
  return (
    <>
      <FileChoice
        kind={format.toLowerCase() as "image" | "video" | "document"}
        label={t.sample[format]}
        busy={busy}
        onChoose={(file) => void choose(file)}
      >
        {failed ?? (draft.header.filename || t.sampleHint)}
      </FileChoice>
      {!isNew && !draft.header.handle && <p className={classes["hint"]}>{t.sampleGone}</p>}
    </>
  );
}

export function Count({ now, most }: { now: number; most: number }) {
  return (
    <span className={classes["count"]} data-over={now > most || undefined}>
      {now}/{most}
    </span>
  );
}
