/** The words that a rule looks for in a message, and where it looks. */

import { Select, TagsInput } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import type { Match } from "../api/automations";
import { editorMessages } from "./messages";

const MATCHES: readonly Match[] = ["contains", "starts", "exact"];

interface WordsFieldProps {
  words: readonly string[];
  match: Match;
  onChange: (changes: { words?: string[]; match?: Match }) => void;
  hint?: string;
  error?: string | undefined;
}

export function WordsField({ words, match, onChange, hint, error }: WordsFieldProps) {
  const { form: t } = useMessages(editorMessages);
  return (
    <>
      <TagsInput
        label={t.words}
        description={hint ?? t.wordsHint}
        placeholder={t.wordsAdd}
        value={[...words]}
        splitChars={[",", ";"]}
        acceptValueOnBlur
        maxTags={100}
        error={error}
        onChange={(all) => onChange({ words: all.map((word) => word.trim().slice(0, 100)) })}
      />
      <Select
        label={t.match}
        allowDeselect={false}
        data={MATCHES.map((value) => ({ value, label: t.matches[value] }))}
        value={match}
        onChange={(value) => onChange({ match: value as Match })}
      />
    </>
  );
}
