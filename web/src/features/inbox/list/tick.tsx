/** How far our last message got: told by shape, and by colour beside it. */

import { IconAlertCircleFilled, IconCheck, IconChecks, IconClock, IconHelpCircle } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import type { MessageStatus } from "@/shared/store/types";
import classes from "./conversation-row.module.css";
import { listMessages } from "./messages";

const ICONS = {
  queued: IconClock,
  sending: IconClock,
  unknown: IconHelpCircle,
  accepted: IconCheck,
  sent: IconCheck,
  failed: IconAlertCircleFilled,
  delivered: IconChecks,
  read: IconChecks,
  played: IconChecks,
} as const;

export function Tick({ status }: { status: MessageStatus }) {
  const t = useMessages(listMessages);
  if (status === "received") return null;
  const Icon = ICONS[status];
  return (
    <span className={classes["tick"]} data-status={status} role="img" aria-label={t.statuses[status]}>
      <Icon size={15} stroke={2} aria-hidden="true" />
    </span>
  );
}
