/** Asks before what was typed is lost. */

import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { ConfirmDialog } from "./confirm-dialog";
import { uiMessages } from "./messages";

interface LeaveQuestionProps {
  opened: boolean;
  onClose: () => void;
  onLeave: () => void;
}

export function LeaveQuestion({ opened, onClose, onLeave }: LeaveQuestionProps) {
  const t = useMessages(uiMessages);
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t.leaveTitle}
      confirm={t.leave}
      danger
      onConfirm={onLeave}
    >
      {t.leaveWords}
    </ConfirmDialog>
  );
}

/** How a dialog closes in which something may have been typed. What is asked above it closes alone: `asking` says that it is there. */
export function useClosing(wouldLose: boolean, onClose: () => void) {
  const [asking, setAsking] = useState(false);
  return {
    close: wouldLose ? () => setAsking(true) : onClose,
    asking,
    question: <LeaveQuestion opened={asking} onClose={() => setAsking(false)} onLeave={onClose} />,
  };
}
