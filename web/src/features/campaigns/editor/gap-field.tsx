/** One gap of a template: what stands in it when it goes to many. */

import { SegmentedControl, TextInput } from "@mantine/core";
import { useId } from "react";
import { useMessages } from "@/shared/i18n/language";
import { gapName } from "@/shared/whatsapp/gap-name";
import { templateWords } from "@/shared/whatsapp/template-words";
import { type Field, placeOf } from "@/shared/whatsapp/templates";
import type { HeadKind } from "../api/media";
import { type Filling, mayVary, variableName } from "../model/filling";
import classes from "./editor.module.css";
import { FileGap, type HeadUpload } from "./file-gap";
import { editorMessages } from "./messages";

interface GapFieldProps {
  field: Field;
  filling: Filling;
  onChange: (filling: Filling) => void;
  /** The id of the file that stands in it, or its address. */
  file: string | undefined;
  upload: HeadUpload | null;
  onFile: (kind: HeadKind, file: File) => void;
}

export function GapField({ field, filling, onChange, file, upload, onFile }: GapFieldProps) {
  const t = useMessages(editorMessages);
  const words = useMessages(templateWords);
  const id = useId();
  const { kind } = field;
  if (kind === "image" || kind === "video" || kind === "document")
    return <FileGap kind={kind} there={file} upload={upload} onFile={(chosen) => onFile(kind, chosen)} />;
  const label = gapName(field, words);
  const example = field.example === null ? "" : t.example(field.example);
  const variable = filling.from === "column" ? variableName(filling.column) : "";
  return (
    <fieldset className={classes["gap"]} aria-labelledby={id}>
      <div className={classes["gapHead"]}>
        <span id={id} className={classes["gapName"]}>
          {label}
        </span>
        {mayVary(field) && (
          <SegmentedControl
            size="xs"
            aria-label={label}
            value={filling.from}
            data={[
              { value: "column", label: t.fromColumn },
              { value: "same", label: t.fromSame },
            ]}
            onChange={(from) =>
              onChange(
                from === "same" ? { from: "same", text: "" } : { from: "column", column: "", otherwise: "" },
              )
            }
          />
        )}
      </div>
      {filling.from === "same" ? (
        <TextInput
          label={field.kind === "location" ? t.place : t.sameText}
          placeholder={field.kind === "location" ? t.placeExample : example}
          value={filling.text}
          maxLength={field.most || 1000}
          error={field.kind === "location" && filling.text !== "" && !placeOf(filling.text)}
          onChange={(event) => onChange({ from: "same", text: event.currentTarget.value })}
        />
      ) : (
        <div className={classes["pair"]}>
          <TextInput
            label={t.column}
            placeholder={t.example(t.columnExample)}
            description={variable && variable !== filling.column ? t.columnHint(variable) : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
            value={filling.column}
            maxLength={64}
            onChange={(event) => onChange({ ...filling, column: event.currentTarget.value })}
          />
          <TextInput
            label={t.otherwise}
            placeholder={t.otherwiseExample}
            value={filling.otherwise}
            maxLength={field.most}
            onChange={(event) => onChange({ ...filling, otherwise: event.currentTarget.value })}
          />
        </div>
      )}
    </fieldset>
  );
}
