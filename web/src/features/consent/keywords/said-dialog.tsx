import { Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { FormDialog } from "@/shared/ui/form-dialog";
import { tellSaved } from "@/shared/ui/notices";
import { type Category, type Said, useChangeRules, type Word } from "../api/consent";
import { CategorySelect } from "../category-select";
import { consentMessages } from "../messages";
import { changed, clashes, isSame, LONGEST_WORD, MOST_WORDS, wordsIn } from "../model/keywords";
import { WordControl } from "../word-control";
import classes from "./keywords.module.css";
import { keywordMessages } from "./messages";
import { Words } from "./said-row";

const LONGEST_ANSWER = 1024;

interface SaidDialogProps {
  /** null: a new one. */
  said: Said | null;
  /** All rules, this one too. */
  keywords: readonly Said[];
  onClose: () => void;
}

export function SaidDialog({ said, keywords, onClose }: SaidDialogProps) {
  const t = useMessages(keywordMessages);
  const c = useMessages(consentMessages);
  const refusal = useRefusal();
  const change = useChangeRules();
  const [typed, setTyped] = useState(said?.words.join(", ") ?? "");
  const [state, setState] = useState<Word>(said?.state ?? "out");
  const [about, setAbout] = useState<Category>(said?.about ?? "all");
  const [answer, setAnswer] = useState(said?.answer ?? "");
  const [tried, setTried] = useState(false);
  const words = wordsIn(typed);
  const fault = useFault(
    words,
    keywords.filter((one) => said === null || !isSame(one, said)),
  );
  const after: Said = { words, state, about, answer: answer.trim() || null };
  const isDirty = said === null ? typed !== "" || answer !== "" : !isSame(said, after);
  const submit = () => {
    setTried(true);
    if (words.length === 0 || fault) return;
    change.mutate((now) => ({ ...now, keywords: changed(now.keywords ?? [], said, after) }), {
      onSuccess: () => {
        tellSaved(t.saved);
        onClose();
      },
    });
  };
  return (
    <FormDialog
      title={said ? t.editTitle : t.newTitle}
      onClose={onClose}
      onSubmit={submit}
      submit={said ? c.save : t.create}
      busy={change.isPending}
      refusal={refusal(change.error)}
      dirty={isDirty}
      size={540}
    >
      <div>
        <TextInput
          label={t.words}
          description={t.wordsHint}
          data-autofocus
          autoComplete="off"
          autoCapitalize="characters"
          value={typed}
          error={fault ?? (tried && words.length === 0 ? c.missing : null)}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            change.reset();
          }}
        />
        {words.length > 1 && (
          <p className={classes["typed"]}>
            <Words words={words} />
          </p>
        )}
      </div>
      <div className={classes["pair"]}>
        <WordControl label={t.meaning} value={state} onChange={setState} />
        <CategorySelect value={about} onChange={setAbout} />
      </div>
      <Textarea
        label={t.answer}
        description={t.answerHint}
        placeholder={t.answerSample[state]}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={LONGEST_ANSWER}
        value={answer}
        onChange={(event) => setAnswer(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

/** What is wrong with the words, told while they are typed. */
function useFault(words: readonly string[], others: readonly Said[]): string | null {
  const t = useMessages(keywordMessages);
  const format = useFormat();
  if (words.some((word) => [...word].length > LONGEST_WORD)) return t.wordsLong(format.number(LONGEST_WORD));
  if (words.length > MOST_WORDS) return t.wordsMany(format.number(MOST_WORDS));
  const wrong = clashes(words, others);
  return wrong.length > 0 ? t.wordsClash(wrong.join(", ")) : null;
}
