/** What is being written, for whom: an answer to the person, or a note for colleagues. */

import { IconArrowBackUp, IconLock } from "@tabler/icons-react";
import type { KeyboardEvent } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { ServiceWindow } from "../model/window";
import type { Mode } from "./composer";
import { composerMessages } from "./messages";
import classes from "./mode-tabs.module.css";
import { WindowCountdown } from "./window-bar";

interface ModeTabsProps {
  mode: Mode;
  onMode: (mode: Mode) => void;
  window: ServiceWindow;
  /** In which mode something is written and not sent. */
  drafts: Record<Mode, boolean>;
}

export function ModeTabs({ mode, onMode, window, drafts }: ModeTabsProps) {
  const t = useMessages(composerMessages);
  const turn = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    onMode(mode === "reply" ? "note" : "reply");
  };
  const tab = (of: Mode, label: string, icon: React.ReactNode) => (
    <button
      type="button"
      role="tab"
      aria-selected={mode === of}
      tabIndex={mode === of ? 0 : -1}
      className={classes["tab"]}
      data-mode={of}
      onClick={() => onMode(of)}
      onKeyDown={turn}
    >
      {icon}
      {label}
      {drafts[of] && mode !== of && <span className={classes["dot"]} />}
    </button>
  );
  return (
    <div className={classes["head"]}>
      <div className={classes["tabs"]} role="tablist" aria-label={t.modes}>
        {tab("reply", t.reply, <IconArrowBackUp size={15} aria-hidden="true" />)}
        {tab("note", t.note, <IconLock size={14} aria-hidden="true" />)}
      </div>
      {mode === "reply" && <WindowCountdown window={window} />}
    </div>
  );
}
