/** A page of settings: its head, and sections with their words on the left and their controls on the right. */

import type { ReactNode } from "react";
import classes from "./settings-section.module.css";

interface SettingsPageBodyProps {
  title: string;
  hint?: ReactNode;
  /** At the end of the head: usually the one button that adds something. */
  action?: ReactNode;
  /** Two things stand side by side in it. */
  wide?: boolean;
  children: ReactNode;
}

export function SettingsBody({ title, hint, action, wide = false, children }: SettingsPageBodyProps) {
  return (
    <div className={classes["body"]} data-wide={wide || undefined}>
      <header className={classes["head"]}>
        <div>
          <h1 className={classes["title"]}>{title}</h1>
          {hint && <p className={classes["hint"]}>{hint}</p>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

interface SettingsSectionProps {
  title: string;
  hint?: ReactNode;
  children: ReactNode;
}

export function SettingsSection({ title, hint, children }: SettingsSectionProps) {
  return (
    <section className={classes["section"]}>
      <div>
        <h2 className={classes["subtitle"]}>{title}</h2>
        {hint && <p className={classes["hint"]}>{hint}</p>}
      </div>
      <div className={classes["controls"]}>{children}</div>
    </section>
  );
}
