/** Words for who hears the page: whoever sees it has them from its look. */

import type { ReactNode } from "react";
import classes from "./unseen.module.css";

export function Unseen({ children }: { children: ReactNode }) {
  return <span className={classes["unseen"]}>{children}</span>;
}
