/** What a form was refused for, where the reader's eyes are. */

import { IconAlertCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./form-error.module.css";

interface FormErrorProps {
  children: ReactNode;
  tone?: "danger" | "warn";
}

export function FormError({ children, tone = "danger" }: FormErrorProps) {
  return (
    <p className={classes["error"]} data-tone={tone} role={tone === "danger" ? "alert" : "status"}>
      <IconAlertCircle size={18} stroke={1.8} />
      <span>{children}</span>
    </p>
  );
}
