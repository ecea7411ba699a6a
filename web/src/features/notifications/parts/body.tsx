/** The frame of the three parts: title, the way to the others, what is in this one. */

import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import { SettingsBody } from "@/shared/ui/settings-section";
import { notificationMessages } from "../messages";
import { type View, Views } from "./views";
import classes from "./views.module.css";

interface BodyProps {
  view: View;
  action?: ReactNode;
  children: ReactNode;
}

export function Body({ view, action, children }: BodyProps) {
  const t = useMessages(notificationMessages);
  return (
    <div className={classes["page"]}>
      <SettingsBody title={t.title} hint={t.hint} action={action}>
        <Views current={view} />
        {children}
      </SettingsBody>
    </div>
  );
}
