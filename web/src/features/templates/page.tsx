/** A page of templates: it scrolls by itself, and leads back to where one came from. */

import { IconArrowLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import classes from "./page.module.css";

interface PageProps {
  back?: { to: string; label: string };
  children: ReactNode;
}

export function Page({ back, children }: PageProps) {
  return (
    <div className={classes["page"]}>
      {back && (
        <Link to={back.to} className={classes["back"]}>
          <IconArrowLeft size={16} aria-hidden="true" /> {back.label}
        </Link>
      )}
      {children}
    </div>
  );
}
