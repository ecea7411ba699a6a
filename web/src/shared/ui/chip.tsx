/** A short word about a thing: its role, its state. */

import type { ReactNode } from "react";
import classes from "./chip.module.css";

interface ChipProps {
  tone?: "quiet" | "accent" | "warn" | "danger";
  children: ReactNode;
}

export function Chip({ tone = "quiet", children }: ChipProps) {
  return (
    <span className={classes["chip"]} data-tone={tone}>
      {children}
    </span>
  );
}
