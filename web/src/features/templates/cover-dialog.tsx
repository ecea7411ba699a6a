/** The image that stands in a template's header where a message names no other. */

import { Button, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { FormDialog } from "@/shared/ui/form-dialog";
import { tellSaved } from "@/shared/ui/notices";
import { type Cover, useCover, useSetCover } from "./api/templates";
import { store } from "./api/upload";
import classes from "./cover-dialog.module.css";
import { FileChoice } from "./file-choice";
import { templateMessages } from "./messages";

export function CoverDialog({ onClose }: { onClose: () => void }) {
  const t = useMessages(templateMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const { data: known, error: unread } = useCover();
  const save = useSetCover();
  const [cover, setCover] = useState<Cover | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  useEffect(() => {
    if (known) setCover((now) => now ?? known);
  }, [known]);
  const shown = cover ?? known ?? {};
  // What is not known cannot be kept: saving nothing then would remove it.
  const mayBeSaved = known !== undefined || Boolean(shown.media_id || shown.link);
  const choose = async (file: File) => {
    setBusy(true);
    setFailed(null);
    try {
      setCover({ media_id: await store(tenant_id, file, "image") });
    } catch (error) {
      setFailed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormDialog
      title={t.coverTitle}
      onClose={onClose}
      onSubmit={() =>
        save.mutate(shown, {
          onSuccess: () => {
            tellSaved(t.coverSaved);
            onClose();
          },
        })
      }
      submit={t.coverSave}
      busy={save.isPending}
      disabled={busy || !mayBeSaved}
      refusal={refusal(failed ?? save.error ?? (known ? null : unread))}
      size={480}
    >
      <p className={classes["hint"]}>{t.coverHint}</p>
      <div className={classes["picture"]}>
        {shown.media_id ? (
          <img src={`/api/tenants/${tenant_id}/media/${shown.media_id}`} alt={t.coverTitle} />
        ) : (
          <span>{shown.link || (known && t.coverNone)}</span>
        )}
      </div>
      <FileChoice kind="image" label={t.coverUpload} busy={busy} onChoose={(file) => void choose(file)}>
        {(shown.media_id || shown.link) && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            leftSection={<IconX size={15} />}
            onClick={() => setCover({})}
          >
            {t.coverClear}
          </Button>
        )}
      </FileChoice>
      <TextInput
        type="url"
        label={t.coverLink}
        placeholder="https://"
        value={shown.link ?? ""}
        onChange={(event) => {
          const link = event.currentTarget.value.trim();
          setCover(link ? { link } : {});
        }}
      />
    </FormDialog>
  );
}
