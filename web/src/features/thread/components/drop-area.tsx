/** Files that are dragged over a thread. The button in the field does the same for whoever cannot drag. */

import { IconUpload } from "@tabler/icons-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { composerMessages } from "../composer/messages";
import { useData } from "../thread-context";
import classes from "./drop-area.module.css";

interface DropAreaProps {
  onFiles: (files: File[]) => void;
  children: ReactNode;
}

export function DropArea({ onFiles, children }: DropAreaProps) {
  const t = useMessages(composerMessages);
  const { contactName, isOpen, canSend } = useData();
  const [over, setOver] = useState(false);
  // Entering a child leaves its parent: only the balance says whether the files are still over it.
  const depth = useRef(0);
  const takes = isOpen && canSend;
  const isFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const move = (by: number) => (event: DragEvent) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  const drop = (event: DragEvent) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    if (takes) onFiles([...event.dataTransfer.files]);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the field has a button for it
    <div
      className={classes["area"]}
      onDragEnter={move(1)}
      onDragLeave={move(-1)}
      onDragOver={(event) => isFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {over && (
        <div className={classes["over"]} data-refused={!takes || undefined}>
          <IconUpload size={34} stroke={1.5} aria-hidden="true" />
          {takes ? t.drop(contactName) : canSend ? t.dropClosed : t.dropShut}
        </div>
      )}
    </div>
  );
}
