/** A state in a word, with a sign that differs by shape as well as by colour. */

import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./tone.module.css";

export type Tone = "good" | "warn" | "bad" | "quiet";

const SIGNS = {
  good: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  quiet: IconCircleDashed,
} as const;

interface ToneProps {
  tone: Tone;
  children: ReactNode;
  /** `pill`: with a ground of its own, for the state of a whole thing; `plain`: within a line. */
  as?: "pill" | "plain";
}

export function ToneWord({ tone, children, as = "plain" }: ToneProps) {
  const Sign = SIGNS[tone];
  return (
    <span className={classes["tone"]} data-tone={tone} data-as={as}>
      <Sign size={as === "pill" ? 14 : 15} stroke={2} aria-hidden="true" />
      {children}
    </span>
  );
}
