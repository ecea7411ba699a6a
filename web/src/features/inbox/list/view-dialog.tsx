/** Saves the filters that are set under a name, or gives a view another one. */

import { Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { isProblem } from "@/shared/api/problem";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { FormDialog } from "@/shared/ui/form-dialog";
import { uiMessages } from "@/shared/ui/messages";
import { type SavedView, useChangeView, useSaveView, type ViewFilter } from "../api/saved-views";
import { savedViewMessages } from "./saved-view-messages";

const LONGEST_NAME = 60;

interface ViewDialogProps {
  /** null: a new one. */
  saved: SavedView | null;
  filter: ViewFilter;
  onClose: () => void;
}

export function ViewDialog({ saved, filter, onClose }: ViewDialogProps) {
  const t = useMessages(savedViewMessages);
  const ui = useMessages(uiMessages);
  const refusal = useRefusal();
  const { can } = useTenant();
  const save = useSaveView();
  const change = useChangeView();
  const [name, setName] = useState(saved?.name ?? "");
  const [shared, setShared] = useState(false);
  const [tried, setTried] = useState(false);
  const doing = saved ? change : save;
  const taken = isProblem(doing.error, "conflict");
  const missing = name.trim() === "";
  const submit = () => {
    setTried(true);
    if (missing) return;
    const given = { name: name.trim() };
    if (saved) change.mutate({ ...given, id: saved.id }, { onSuccess: onClose });
    else save.mutate({ ...given, filter, shared }, { onSuccess: onClose });
  };
  return (
    <FormDialog
      title={saved ? t.renameTitle : t.saveTitle}
      onClose={onClose}
      onSubmit={submit}
      submit={saved ? ui.save : t.create}
      busy={doing.isPending}
      refusal={taken ? null : refusal(doing.error)}
      size={420}
    >
      <TextInput
        label={t.name}
        data-autofocus
        autoComplete="off"
        maxLength={LONGEST_NAME}
        value={name}
        error={taken ? t.taken : tried && missing ? t.nameMissing : null}
        onChange={(event) => {
          setName(event.currentTarget.value);
          doing.reset();
        }}
      />
      {!saved && can("desk:write") && (
        <Switch
          label={t.share}
          description={t.shareHint}
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}
