/** Where a list of people is dropped, or chosen by a button. */

import { Button } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { type DragEvent, useRef, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import classes from "./people.module.css";
import { peopleMessages } from "./people-messages";

interface DropFileProps {
  busy: boolean;
  onFile: (file: File) => void;
}

const ACCEPTED =
  ".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export function DropFile({ busy, onFile }: DropFileProps) {
  const t = useMessages(peopleMessages);
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
      <span className={classes["dropIcon"]}>
        <IconFileSpreadsheet size={26} stroke={1.6} />
      </span>
      <strong>{busy ? t.reading : t.drop}</strong>
      <span className={classes["hint"]}>{t.dropHint}</span>
      <Button variant="default" mt={8} loading={busy} onClick={() => input.current?.click()}>
        {t.choose}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED}
        aria-label={t.choose}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) onFile(file);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
