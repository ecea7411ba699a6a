/** The file that Meta's reviewers see in a header: uploaded at once, handed in by its handle. */

import { useEffect, useRef, useState } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useSample } from "../api/templates";
import { store } from "../api/upload";
import { FileChoice } from "../file-choice";
import { templateMessages } from "../messages";
import type { FileKind, Sample } from "../model/draft";
import classes from "./editor.module.css";
import type { SampleProps } from "./field";

interface SampleChoiceProps extends SampleProps {
  format: FileKind;
  sample: Sample;
  onChange: (sample: Sample) => void;
  onSeen: () => void;
}

/** Keyed by its format: a file that is still on its way when another thing is wanted comes too late. */
export function SampleChoice({ format, sample, onChange, onSeen, wabaId, isNew }: SampleChoiceProps) {
  const t = useMessages(templateMessages);
  const refusal = useRefusal();
  const { tenant_id } = useTenant();
  const upload = useSample();
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // A file takes a while: what was written meanwhile, and the files of other cards, are in the draft of then.
  const change = useRef(onChange);
  change.current = onChange;
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  const kind = format.toLowerCase() as "image" | "video" | "document";
  const choose = async (file: File) => {
    setBusy(true);
    setFailed(null);
    try {
      const media_id = await store(tenant_id, file, kind);
      const { handle } = await upload.mutateAsync({ media_id, format, waba_id: wabaId });
      if (gone.current) return;
      URL.revokeObjectURL(sample.picture ?? "");
      const picture = format === "IMAGE" ? URL.createObjectURL(file) : null;
      change.current({ handle, filename: file.name, picture });
    } catch (error) {
      setFailed(refusal(error));
    } finally {
      setBusy(false);
      if (!gone.current) onSeen();
    }
  };
  return (
    <>
      <FileChoice kind={kind} label={t.sample[format]} busy={busy} onChoose={(file) => void choose(file)}>
        {failed ?? (sample.filename || t.sampleHint)}
      </FileChoice>
      {!isNew && !sample.handle && <p className={classes["hint"]}>{t.sampleGone}</p>}
    </>
  );
}
