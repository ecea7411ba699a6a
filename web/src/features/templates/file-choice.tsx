/** A button that chooses one file; what became of it is told beside. */

import { Button } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { type ReactNode, useRef } from "react";
import classes from "./file-choice.module.css";

export const ACCEPTED = {
  image: "image/jpeg,image/png",
  video: "video/mp4,video/3gpp",
  document: "application/pdf",
} as const;

interface FileChoiceProps {
  kind: keyof typeof ACCEPTED;
  label: string;
  busy: boolean;
  /** The name of what was chosen, or nothing. */
  children: ReactNode;
  onChoose: (file: File) => void;
}

export function FileChoice({ kind, label, busy, children, onChoose }: FileChoiceProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={classes["choice"]}>
      <Button
        variant="default"
        loading={busy}
        leftSection={<IconUpload size={16} />}
        onClick={() => input.current?.click()}
      >
        {label}
      </Button>
      <span role="status" className={classes["name"]}>
        {children}
      </span>
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED[kind]}
        aria-label={label}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onChoose(file);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
