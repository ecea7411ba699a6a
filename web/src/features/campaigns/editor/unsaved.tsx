/** What was changed in other steps and is not saved: said before anything starts without it. */

import { Button, Group } from "@mantine/core";
import { Link } from "wouter";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { checkMessages } from "./check-messages";
import { editorMessages } from "./messages";

export interface Draft {
  step: "message" | "timing";
  differs: boolean;
  /** Nothing is missing in it. */
  sound: boolean;
  isSaving: boolean;
  error: unknown;
  save: (onSaved: () => void) => void;
}

interface UnsavedProps {
  /** Those that differ from what is stored. */
  drafts: readonly Draft[];
  /** The address of a step. */
  at: (step: Draft["step"]) => string;
  onSaved: () => void;
}

export function Unsaved({ drafts, at, onSaved }: UnsavedProps) {
  const t = useMessages(checkMessages);
  const words = useMessages(editorMessages);
  const refusal = useRefusal();
  const open = drafts.filter((one) => !one.sound);
  const error = drafts.find((one) => one.error)?.error;
  // One after the other: each answer tells the whole campaign, and the last one counts.
  const save = () => drafts.reduceRight((next, one) => () => one.save(next), onSaved)();
  return (
    <>
      <FormError tone="warn">{t.unsaved(drafts.map(({ step }) => words.step[step]))}</FormError>
      {error ? <FormError>{refusal(error)}</FormError> : null}
      <Group>
        {open.map(({ step }) => (
          <Button component={Link} to={at(step)} key={step}>
            {t.finish(words.step[step])}
          </Button>
        ))}
        {open.length === 0 && (
          <Button loading={drafts.some((one) => one.isSaving)} onClick={save}>
            {words.save}
          </Button>
        )}
      </Group>
    </>
  );
}
