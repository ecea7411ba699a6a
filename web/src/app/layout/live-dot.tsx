/** The dot that tells the truth about the connection: nothing while no inbox is open. What is wrong with it is told aloud by the list. */

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
    <span className={classes["live"]}>
      <span className={classes["dot"]} data-status={status} />
      <span className={classes["label"]}>{t.live[status]}</span>
    </span>
  );
}
