import type { ReactNode } from "react";
import { Mark } from "@/shared/ui/mark";
import classes from "./auth-layout.module.css";

export function AuthLayout({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes["screen"]}>
      <div className={classes["card"]}>
        <Mark size={40} />
        <h1 className={classes["title"]}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
