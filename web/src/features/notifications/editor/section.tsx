/** One question of the form. */

import type { ReactNode } from "react";
import classes from "./editor.module.css";

export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className={classes["section"]}>
      <h2 className={classes["title"]}>{title}</h2>
      {hint && <p className={classes["hint"]}>{hint}</p>}
      {children}
    </section>
  );
}
