/** The mark that says how far a message has come. Each has its own shape and its name; colour only adds to them. */

import { useMessages } from "@/shared/i18n/language";
import { threadMessages } from "../messages";
import type { Tick } from "../model/ticks";
import classes from "./tick.module.css";

const ONE = "M1.5 6.2 4.6 9.3 11 2.4";
const TWO = "M5.6 8.3 6.6 9.3 13 2.4";
const TWO_FIRST = "M-0.5 6.2 2.6 9.3 9 2.4";

export function TickMark({ tick }: { tick: Tick }) {
  const t = useMessages(threadMessages);
  return (
    <span
      className={classes["tick"]}
      data-tick={tick}
      role="img"
      aria-label={t.tick[tick]}
      title={t.tick[tick]}
    >
      <svg
        viewBox="0 0 14 12"
        width="16"
        height="12"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        aria-hidden="true"
      >
        <Paths tick={tick} />
      </svg>
    </span>
  );
}

function Paths({ tick }: { tick: Tick }) {
  switch (tick) {
    case "queued":
      return (
        <>
          <circle cx="7" cy="6" r="4.6" strokeWidth="1.3" />
          <path d="M7 3.6V6l1.7 1" strokeWidth="1.3" strokeLinecap="round" />
        </>
      );
    case "sending":
      return (
        <>
          <circle
            cx="7"
            cy="6"
            r="4.6"
            strokeWidth="1.3"
            strokeDasharray="2.2 2.2"
            className={classes["turning"] ?? ""}
          />
          <circle cx="7" cy="6" r="1" fill="currentColor" stroke="none" />
        </>
      );
    case "accepted":
      return <path d={ONE} strokeDasharray="2.2 2.6" strokeLinecap="round" />;
    case "sent":
      return <path d={ONE} strokeLinecap="round" strokeLinejoin="round" />;
    case "unknown":
      return (
        <>
          <path d="M4.9 4.2a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4" strokeLinecap="round" />
          <circle cx="7" cy="9.9" r="0.9" fill="currentColor" stroke="none" />
        </>
      );
    case "failed":
      return (
        <>
          <circle cx="7" cy="6" r="5.2" fill="currentColor" stroke="none" />
          <path d="M7 3.2v3.2" stroke="var(--mark, white)" strokeLinecap="round" />
          <circle cx="7" cy="8.7" r="0.9" fill="var(--mark, white)" stroke="none" />
        </>
      );
    case "played":
      return (
        <>
          <path d={TWO_FIRST} strokeLinecap="round" strokeLinejoin="round" />
          <path d={TWO} strokeLinecap="round" strokeLinejoin="round" />
          <path d="M10.6 7.6v4l3-2z" fill="currentColor" stroke="none" />
        </>
      );
    default:
      return (
        <>
          <path d={TWO_FIRST} strokeLinecap="round" strokeLinejoin="round" />
          <path d={TWO} strokeLinecap="round" strokeLinejoin="round" />
        </>
      );
  }
}
