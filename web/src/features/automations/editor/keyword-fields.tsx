import { useMessages } from "@/shared/i18n/language";
import type { KeywordReply } from "../api/automations";
import type { FieldsProps } from "./fields-props";
import { editorMessages } from "./messages";
import { TextField } from "./text-field";
import { WordsField } from "./words-field";

export function KeywordFields({ rule, onChange, fault }: FieldsProps<KeywordReply>) {
  const { form: t } = useMessages(editorMessages);
  return (
    <>
      <WordsField
        words={rule.words}
        match={rule.match ?? "exact"}
        onChange={onChange}
        error={fault("words")}
      />
      <TextField
        label={t.answer}
        value={rule.answer}
        onChange={(answer) => onChange({ answer })}
        error={fault("answer")}
      />
    </>
  );
}
