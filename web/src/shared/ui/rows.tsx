/** A list of things that are looked after: what each is on the left, what can be done with it on the right. On phones the parts stack. */

import type { ReactNode } from "react";
import classes from "./rows.module.css";

export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={classes["rows"]} aria-label={label}>
      {children}
    </ul>
  );
}

interface RowProps {
  /** An avatar, an icon, a colour. */
  lead?: ReactNode;
  title: ReactNode;
  hint?: ReactNode;
  /** Between the words and the actions. */
  meta?: ReactNode;
  actions?: ReactNode;
  /** It is there and does not count any more. */
  faded?: boolean;
}

export function Row({ lead, title, hint, meta, actions, faded }: RowProps) {
  return (
    <li className={classes["row"]} data-faded={faded || undefined}>
      {lead}
      <div className={classes["words"]}>
        <div className={classes["title"]}>{title}</div>
        {hint && <div className={classes["hint"]}>{hint}</div>}
      </div>
      {meta && <div className={classes["meta"]}>{meta}</div>}
      {actions && <div className={classes["actions"]}>{actions}</div>}
    </li>
  );
}
