/** Where a file is dropped, or chosen by a button. */

import { Button } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { type DragEvent, useRef, useState } from "react";
import classes from "./drop-file.module.css";

interface DropFileProps {
  /** "Drop a CSV here"; what it says while the file is read is said by whoever knows. */
  title: string;
  hint: string;
  /** On the button. */
  choose: string;
  /** As the browser's `accept`: what its chooser shows. Dropped is what is dropped. */
  accept: string;
  busy: boolean;
  onFile: (file: File) => void;
}

export function DropFile({ title, hint, choose, accept, busy, onFile }: DropFileProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !busy) onFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one of two ways; the button is the other
    <div
      className={classes["drop"]}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <span className={classes["icon"]}>
        <IconFileSpreadsheet size={26} stroke={1.6} />
      </span>
      <strong>{title}</strong>
      <span className={classes["hint"]}>{hint}</span>
      <Button variant="default" mt={8} loading={busy} onClick={() => input.current?.click()}>
        {choose}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        aria-label={choose}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
