/** One gap of the template: from the event, or always the same. */

import { SegmentedControl, TextInput } from "@mantine/core";
import { useId } from "react";
import { useMessages } from "@/shared/i18n/language";
import { gapName } from "@/shared/whatsapp/gap-name";
import { templateWords } from "@/shared/whatsapp/template-words";
import type { Field } from "@/shared/whatsapp/templates";
import { type Gap, mayBeEmpty } from "../model/draft";
import type { Leaf } from "../model/paths";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";
import { PathField } from "./path-field";

interface GapFieldProps {
  field: Field;
  gap: Gap;
  onChange: (gap: Gap) => void;
  leaves: readonly Leaf[];
  sample: unknown;
  error: string | undefined;
}

export function GapField({ field, gap, onChange, leaves, sample, error }: GapFieldProps) {
  const t = useMessages(editorMessages);
  const name = gapName(field, useMessages(templateWords));
  const id = useId();
  const isFile = field.kind !== "text" && field.kind !== "code";
  return (
    <fieldset className={classes["gap"]} aria-labelledby={id}>
      <div className={classes["gapHead"]}>
        <span id={id} className={classes["gapName"]}>
          {name}
        </span>
        <SegmentedControl
          size="xs"
          aria-label={name}
          value={gap.from}
          data={[
            { value: "event", label: t.fromEvent },
            { value: "same", label: t.fromSame },
          ]}
          onChange={(from) =>
            onChange(
              from === "same" ? { from: "same", text: "" } : { from: "event", path: "", otherwise: "" },
            )
          }
        />
      </div>
      {gap.from === "same" ? (
        <TextInput
          label={isFile ? t.link : t.same}
          placeholder={isFile ? t.linkExample : (field.example ?? "")}
          description={mayBeEmpty(field) && t.linkEmpty}
          inputWrapperOrder={["label", "input", "error", "description"]}
          value={gap.text}
          maxLength={1024}
          error={error}
          onChange={(event) => onChange({ from: "same", text: event.currentTarget.value })}
        />
      ) : (
        <div className={classes["pair"]}>
          <PathField
            label={t.path}
            value={gap.path}
            onChange={(path) => onChange({ ...gap, path })}
            leaves={leaves}
            sample={sample}
            error={error}
          />
          <TextInput
            label={t.otherwise}
            placeholder={t.otherwiseExample}
            value={gap.otherwise}
            maxLength={1024}
            onChange={(event) => onChange({ ...gap, otherwise: event.currentTarget.value })}
          />
        </div>
      )}
    </fieldset>
  );
}
