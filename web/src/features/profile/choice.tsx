import type { ReactNode } from "react";
import classes from "./profile.module.css";

/** A name above a control that names itself to screen readers. */
export function Choice({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes["choice"]}>
      <span className={classes["label"]} aria-hidden="true">
        {label}
      </span>
      {children}
    </div>
  );
}
