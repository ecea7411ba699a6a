/** How long free text still goes; and what stands in place of the field once it does not. */

import { Button } from "@mantine/core";
import { IconClock, IconClockExclamation, IconLock, IconTemplate } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { countdown, type ServiceWindow } from "../model/window";
import { composerMessages } from "./messages";
import classes from "./window-bar.module.css";

const AGAIN = 30_000;

export function WindowCountdown({ window }: { window: ServiceWindow }) {
  const t = useMessages(composerMessages);
  if (window.state !== "open") return null;
  const { hours, minutes, seconds } = countdown(window.left);
  const left =
    seconds !== null ? t.seconds(seconds) : hours > 0 ? t.hours(hours, minutes) : t.minutes(minutes);
  const IconOf = window.soon ? IconClockExclamation : IconClock;
  const words = window.soon ? t.windowSoon(left) : t.windowOpen(left);
  return (
    <span className={classes["countdown"]} data-soon={window.soon || undefined} title={words}>
      <IconOf size={14} aria-hidden="true" />
      <span className={classes["long"]}>{words}</span>
      <span className={classes["short"]} aria-hidden="true">
        {left}
      </span>
    </span>
  );
}

interface ClosedWindowProps {
  window: Exclude<ServiceWindow, { state: "open" }>;
  onTemplate: () => void;
}

export function ClosedWindow({ window, onTemplate }: ClosedWindowProps) {
  const t = useMessages(composerMessages);
  return (
    <div className={classes["closed"]}>
      <IconLock size={20} aria-hidden="true" />
      <div className={classes["words"]}>
        <strong role="status">{t.windowClosed}</strong>
        <span>{window.state === "never" ? t.windowNever : <ClosedAgo at={window.at} />}</span>
      </div>
      <Button leftSection={<IconTemplate size={18} />} onClick={onTemplate}>
        {t.chooseTemplate}
      </Button>
    </div>
  );
}

/** Kept true while somebody looks at it, and read aloud by nobody each time. */
function ClosedAgo({ at }: { at: string }) {
  const t = useMessages(composerMessages);
  const format = useFormat();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), AGAIN);
    return () => clearInterval(timer);
  }, []);
  return t.windowClosedAt(format.relative(at, Math.max(now, Date.parse(at))));
}
