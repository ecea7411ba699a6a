/** Where in Meta's tools a value is, for who asks. */

import { Anchor } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMessages } from "@/shared/i18n/language";
import classes from "./field-help.module.css";
import { wizardMessages } from "./messages";

interface FieldHelpProps {
  children: ReactNode;
  link: string;
  linkWords: string;
}

export function FieldHelp({ children, link, linkWords }: FieldHelpProps) {
  const t = useMessages(wizardMessages);
  return (
    <details className={classes["help"]}>
      <summary className={classes["ask"]}>{t.where}</summary>
      <p className={classes["words"]}>
        {children}{" "}
        <Anchor href={link} target="_blank" rel="noopener noreferrer" size="sm" className={classes["link"]}>
          {linkWords}
          <IconExternalLink size={13} aria-hidden="true" />
        </Anchor>
      </p>
    </details>
  );
}
