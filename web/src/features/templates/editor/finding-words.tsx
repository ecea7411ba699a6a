/** What Meta's rules say of a field, at the field, with the page that says so. */

import { IconAlertTriangle, IconExternalLink, IconXboxX } from "@tabler/icons-react";
import { useLanguage, useMessages } from "@/shared/i18n/language";
import type { Finding } from "../api/templates";
import { templateMessages } from "../messages";
import classes from "./editor.module.css";

export function FindingWords({ findings, id }: { findings: readonly Finding[]; id?: string }) {
  const t = useMessages(templateMessages);
  const { language } = useLanguage();
  if (findings.length === 0) return null;
  return (
    <ul className={classes["findings"]} id={id}>
      {findings.map((finding) => {
        const isError = finding.severity === "error";
        const Sign = isError ? IconXboxX : IconAlertTriangle;
        return (
          <li key={`${finding.rule} ${finding.path}`} data-severity={finding.severity}>
            <Sign size={15} stroke={1.9} aria-hidden="true" />
            <span>
              {!isError && <b>{t.warnings}: </b>}
              {finding.words[language]}{" "}
              <a href={finding.page} target="_blank" rel="noreferrer">
                {t.rule}
                <IconExternalLink size={12} aria-hidden="true" />
              </a>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
