import { IconChevronRight } from "@tabler/icons-react";
import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { plainOf } from "@/shared/whatsapp/formatting";
import type { Template } from "../api/templates";
import { templateMessages } from "../messages";
import { lookOf } from "../model/look";
import { CategoryWord, QualityWord, StatusWord, useComing, useLanguageName } from "../words";
import classes from "./list.module.css";

export function TemplateRow({ template, to }: { template: Template; to: string }) {
  const t = useMessages(templateMessages);
  const language = useLanguageName();
  const coming = useComing(template);
  const look = lookOf(template.components);
  return (
    <li className={classes["item"]}>
      <Link to={to} className={classes["row"]}>
        <span className={classes["words"]}>
          <span className={classes["name"]}>
            {template.name}
            <span className={classes["language"]}>{language(template.language)}</span>
          </span>
          <span className={classes["text"]}>{plainOf(look.body) || t.noText}</span>
          {template.rejected_reason && (
            <span className={classes["reason"]}>
              {t.rejected}: {template.rejected_reason}
              {template.status_detail && ` · ${template.status_detail}`}
            </span>
          )}
          {coming && <span className={classes["coming"]}>{coming}</span>}
        </span>
        <span className={classes["facts"]}>
          <StatusWord status={template.status} />
          <CategoryWord category={template.category} />
          <QualityWord quality={template.quality} />
        </span>
        <IconChevronRight size={18} className={classes["go"] ?? ""} aria-hidden="true" />
      </Link>
    </li>
  );
}
