/** The dot that tells the truth about the connection: nothing while no inbox is open. */

import { Tooltip } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { liveStatus } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import classes from "./frame.module.css";
import { frameMessages } from "./messages";

export function LiveDot() {
  const t = useMessages(frameMessages);
  const status = useSignal(liveStatus);
  if (status === "idle") return null;
  return (
    <Tooltip label={t.live[status]} position="right" openDelay={100}>
      <span className={classes["dot"]} data-status={status} role="status" aria-label={t.live[status]} />
    </Tooltip>
  );
}
