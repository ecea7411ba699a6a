/** Deletes a template at Meta: this language of it, or all. */

import { Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormDialog } from "@/shared/ui/form-dialog";
import { type Template, useDelete, useTemplatePages } from "./api/templates";
import { templateMessages } from "./messages";
import { useLanguageName } from "./words";

interface DeleteDialogProps {
  template: Template;
  onClose: () => void;
  /** It is on its way, or it failed. */
  onDeleting: (deleting: boolean) => void;
  onDone: () => void;
}

export function DeleteDialog({ template, onClose, onDeleting, onDone }: DeleteDialogProps) {
  const t = useMessages(templateMessages);
  const language = useLanguageName();
  const refusal = useRefusal();
  const remove = useDelete();
  const [all, setAll] = useState("one");
  const same = useTemplatePages({ q: template.name, status: null, category: null, language: null }).items;
  const several = (same ?? []).filter(
    (one) => one.name === template.name && one.waba_id === template.waba_id,
  ).length;
  return (
    <FormDialog
      title={t.removeTitle(template.name)}
      onClose={onClose}
      onSubmit={() => {
        onDeleting(true);
        remove.mutate(
          { id: template.id, all: all === "all" },
          { onSuccess: onDone, onError: () => onDeleting(false) },
        );
      }}
      submit={t.removeVerb}
      busy={remove.isPending}
      refusal={refusal(remove.error)}
      size={460}
    >
      <p>{t.removeWords}</p>
      {several > 1 && (
        <Radio.Group value={all} onChange={setAll} aria-label={t.language}>
          <Stack gap={10}>
            <Radio value="one" label={t.removeOne(language(template.language))} />
            <Radio value="all" label={t.removeAll} />
          </Stack>
        </Radio.Group>
      )}
    </FormDialog>
  );
}
