/** The picture, film or paper in a template's head: the same for everybody. */

import { Button } from "@mantine/core";
import { IconCircleCheck, IconUpload } from "@tabler/icons-react";
import { useRef } from "react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { FormError } from "@/shared/ui/form-error";
import { templateWords } from "@/shared/whatsapp/template-words";
import type { HeadKind, useUploadHead } from "../api/media";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";

const ACCEPTED: Record<HeadKind, string | undefined> = {
  image: "image/jpeg,image/png",
  video: "video/mp4,video/3gpp",
  document: undefined,
};

export type HeadUpload = Pick<ReturnType<typeof useUploadHead>, "isPending" | "error" | "data" | "variables">;

interface FileGapProps {
  kind: HeadKind;
  /** The id of the file that stands here, or its address. */
  there: string | undefined;
  /** Of the file that was chosen for it. */
  upload: HeadUpload | null;
  onFile: (file: File) => void;
}

export function FileGap({ kind, there, upload, onFile }: FileGapProps) {
  const t = useMessages(editorMessages);
  const words = useMessages(templateWords);
  const refusal = useRefusal();
  const input = useRef<HTMLInputElement>(null);
  const called = upload?.data === there ? upload?.variables?.file.name : undefined;
  return (
    <div className={classes["gap"]}>
      <div className={classes["gapHead"]}>
        <span className={classes["gapName"]}>{words.head[kind]}</span>
        <Button
          variant="default"
          leftSection={<IconUpload size={16} />}
          loading={upload?.isPending}
          onClick={() => input.current?.click()}
        >
          {t.file[kind]}
        </Button>
      </div>
      <span role="status" className={classes["there"]}>
        {there && !upload?.isPending && (
          <>
            <IconCircleCheck size={16} aria-hidden="true" /> {called ?? t.fileThere}
          </>
        )}
      </span>
      {upload?.error && (
        <FormError>
          {t.fileFailed}. {refusal(upload.error)}
        </FormError>
      )}
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED[kind]}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
