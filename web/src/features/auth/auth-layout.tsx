/** The screens before the sign-in: a quiet form, and beside it, where there is room, a picture of what it is about. */

import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { Mark } from "@/shared/ui/mark";
import classes from "./auth-layout.module.css";
import { LanguageChoice } from "./language-choice";
import { authMessages } from "./messages";
import { Scene } from "./scene";

interface AuthLayoutProps {
  title: string;
  hint?: ReactNode;
  children: ReactNode;
}

export function AuthLayout({ title, hint, children }: AuthLayoutProps) {
  const t = useMessages(authMessages);
  return (
    <div className={classes["screen"]}>
      <main className={classes["side"]}>
        <div className={classes["brand"]}>
          <Mark size={32} />
          <span>Curbe</span>
        </div>
        <div className={classes["form"]}>
          <h1 className={classes["title"]}>{title}</h1>
          {hint && <div className={classes["hint"]}>{hint}</div>}
          {children}
        </div>
        <LanguageChoice />
      </main>
      <aside className={classes["scene"]} aria-hidden="true">
        <Scene />
        <p className={classes["tagline"]}>{t.tagline}</p>
      </aside>
    </div>
  );
}
