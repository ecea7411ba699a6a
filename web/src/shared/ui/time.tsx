/** A time in the reader's words, with the whole of it on hover. */

import { useEffect, useState } from "react";
import { useFormat } from "@/shared/i18n/language";

interface TimeProps {
  at: string;
  /** time: 14:05 · date: 3 Mar 2026 · brief: as in a list · relative: 4 minutes ago, kept true; of what has happened */
  as?: "time" | "date" | "brief" | "relative";
}

const REFRESH = 30_000;

export function Time({ at, as = "brief" }: TimeProps) {
  const format = useFormat();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (as !== "relative") return;
    const timer = setInterval(() => setNow(Date.now()), REFRESH);
    return () => clearInterval(timer);
  }, [as]);
  return (
    <time dateTime={at} title={format.full(at)}>
      {as === "relative" ? format.relative(at, Math.max(now, Date.parse(at))) : format[as](at)}
    </time>
  );
}
