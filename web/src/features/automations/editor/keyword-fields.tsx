import { Select, TagsInput } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import type { KeywordReply, Match } from "../api/automations";
import type { FieldsProps } from "./automation-editor";
import { editorMessages } from "./messages";
import { TextField } from "./text-field";

const MATCHES: readonly Match[] = ["contains", "starts", "exact"];

export function KeywordFields({ rule, onChange, fault }: FieldsProps<KeywordReply>) {
  const { form: t } = useMessages(editorMessages);
  return (
    <>
      <TagsInput
        label={t.words}
        description={t.wordsHint}
        placeholder={t.wordsAdd}
        value={rule.words}
        splitChars={[",", ";"]}
        acceptValueOnBlur
        maxTags={100}
        error={fault("words")}
        onChange={(words) => onChange({ words: words.map((word) => word.trim().slice(0, 100)) })}
      />
      <Select
        label={t.match}
        allowDeselect={false}
        data={MATCHES.map((value) => ({ value, label: t.matches[value] }))}
        value={rule.match ?? "exact"}
        onChange={(match) => onChange({ match: match as Match })}
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
