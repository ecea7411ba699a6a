/** Stands where something did not come from the server: quietly, with the way to ask for it again. */

import { Button } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useState } from "react";
import { problemMessages } from "@/shared/api/problem-words";
import { useMessages } from "@/shared/i18n/language";
import classes from "./absent.module.css";
import { uiMessages } from "./messages";

/** In its place; over the page, where it would have come over the page; or not at all, and it comes when it can. */
export type Look = "place" | "over" | "nothing";

interface AbsentProps {
  look?: Look;
  /** Asks for it; rejects where it still does not come. */
  again: () => Promise<unknown>;
  /** It was missed before: it is asked for at once. */
  atOnce?: boolean;
  onClose?: (() => void) | undefined;
}

export function Absent({ look = "place", again, atOnce = false, onClose }: AbsentProps) {
  const t = useMessages(problemMessages);
  const ui = useMessages(uiMessages);
  const [isAsking, setAsking] = useState(false);
  const [isInVain, setInVain] = useState(false);
  const [isAway, setAway] = useState(false);
  const ask = async () => {
    setAsking(true);
    try {
      await again();
    } catch {
      setInVain(true);
    } finally {
      setAsking(false);
    }
  };
  const come = useEffectEvent(() => void ask());
  useEffect(() => {
    const heard = () => come();
    if (atOnce) heard();
    addEventListener("online", heard);
    return () => removeEventListener("online", heard);
  }, [atOnce]);
  if (look === "nothing" || isAway) return null;
  // Whoever is online and asks in vain asks for what an upgrade took away: the page of today knows what took its place.
  const isOutdated = isInVain && navigator.onLine;
  return (
    <div className={classes["absent"]} data-look={look} role="status">
      <span>
        <strong>{t.absent}</strong> {isOutdated ? t.outdated : t.absentHint}
      </span>
      <Button
        variant="default"
        size="compact-sm"
        loading={isAsking}
        onClick={() => (isOutdated ? window.location.reload() : void ask())}
      >
        {isOutdated ? t.reload : t.tryAgain}
      </Button>
      {look === "over" && (
        <button
          type="button"
          className={classes["close"]}
          aria-label={ui.close}
          onClick={() => {
            setAway(true);
            onClose?.();
          }}
        >
          <IconX size={16} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
