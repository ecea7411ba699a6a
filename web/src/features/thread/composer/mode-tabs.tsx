/** What is being written, for whom: an answer to the person, or a note for colleagues. */

import { IconArrowBackUp, IconLock } from "@tabler/icons-react";
import { type KeyboardEvent, useRef } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { ServiceWindow } from "../model/window";
import { composerMessages } from "./messages";
import type { Mode } from "./mode";
import classes from "./mode-tabs.module.css";
import { WindowCountdown } from "./window-bar";

interface ModeTabsProps {
  mode: Mode;
  /** The arrow keys turn to it, and stay among the tabs. */
  onMode: (mode: Mode) => void;
  /** It was chosen by a click: what is typed next goes there. */
  onChosen: (mode: Mode) => void;
  window: ServiceWindow;
  /** In which mode something is written and not sent. */
  drafts: Record<Mode, boolean>;
}

export function ModeTabs({ mode, onMode, onChosen, window, drafts }: ModeTabsProps) {
  const t = useMessages(composerMessages);
  const list = useRef<HTMLDivElement>(null);
  const turn = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const to = mode === "reply" ? "note" : "reply";
    onMode(to);
    list.current?.querySelector<HTMLElement>(`[data-mode="${to}"]`)?.focus();
  };
  const tab = (of: Mode, label: string, icon: React.ReactNode) => (
    <button
      type="button"
      role="tab"
      aria-selected={mode === of}
      tabIndex={mode === of ? 0 : -1}
      className={classes["tab"]}
      data-mode={of}
      onClick={() => onChosen(of)}
      onKeyDown={turn}
    >
      {icon}
      {label}
      {drafts[of] && mode !== of && <span className={classes["dot"]} />}
    </button>
  );
  return (
    <div className={classes["head"]}>
      <div ref={list} className={classes["tabs"]} role="tablist" aria-label={t.modes}>
        {tab("reply", t.reply, <IconArrowBackUp size={15} aria-hidden="true" />)}
        {tab("note", t.note, <IconLock size={14} aria-hidden="true" />)}
      </div>
      {mode === "reply" && <WindowCountdown window={window} />}
    </div>
  );
}
