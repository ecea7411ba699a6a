/** Nothing here, and what to do next. */

import type { ReactNode } from "react";
import classes from "./states.module.css";

interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** Where it is the whole page, its title is the page's. */
  isPage?: boolean;
  children?: ReactNode;
  /** The next step: usually one button. */
  action?: ReactNode;
}

export function EmptyState({ icon, title, isPage = false, children, action }: EmptyStateProps) {
  const Title = isPage ? "h1" : "p";
  return (
    <div className={classes["state"]}>
      {icon && <span className={classes["icon"]}>{icon}</span>}
      <Title className={classes["title"]}>{title}</Title>
      {children && <div className={classes["words"]}>{children}</div>}
      {action && <div className={classes["action"]}>{action}</div>}
    </div>
  );
}
