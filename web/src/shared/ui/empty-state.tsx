/** Nothing here, and what to do next. */

import type { ReactNode } from "react";
import classes from "./states.module.css";

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  /** The next step: usually one button. */
  action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className={classes["state"]}>
      {icon && <span className={classes["icon"]}>{icon}</span>}
      <p className={classes["title"]}>{title}</p>
      {children && <div className={classes["words"]}>{children}</div>}
      {action && <div className={classes["action"]}>{action}</div>}
    </div>
  );
}
