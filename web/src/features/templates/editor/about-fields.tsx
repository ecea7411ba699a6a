/** What a template is called, in which language it is, and what kind of message it is. */

import { Select, TextInput } from "@mantine/core";
import { useMemo } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Account } from "../api/templates";
import { LANGUAGES } from "../languages";
import { templateMessages } from "../messages";
import { type Category, nameOf } from "../model/draft";
import { useLanguageName } from "../words";
import classes from "./editor.module.css";
import type { FieldProps } from "./field";
import { FindingWords } from "./finding-words";

/** Between these one chooses; what else a template is, its kind says. */
const CATEGORIES: readonly Category[] = ["UTILITY", "MARKETING"];

interface AboutFieldsProps extends FieldProps {
  isNew: boolean;
  accounts: readonly Account[];
  wabaId: string | null;
}

export function AboutFields({ draft, found, onChange, onSeen, isNew, accounts, wabaId }: AboutFieldsProps) {
  const t = useMessages(templateMessages);
  const language = useLanguageName();
  const languages = useMemo(
    () =>
      [...new Set([draft.language, ...LANGUAGES])].map((code) => ({
        value: code,
        label: `${language(code)} · ${code}`,
      })),
    [draft.language, language],
  );
  return (
    <>
      {isNew && (
        <div className={classes["pair"]}>
          <div>
            <TextInput
              label={t.name}
              description={t.nameHint}
              inputWrapperOrder={["label", "input", "error", "description"]}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={512}
              data-autofocus
              value={draft.name}
              aria-invalid={found("name").length > 0 || undefined}
              onBlur={() => onSeen("name")}
              onChange={(event) => onChange({ ...draft, name: nameOf(event.currentTarget.value) })}
            />
            <FindingWords findings={found("name")} />
          </div>
          <div>
            <Select
              label={t.language}
              searchable
              allowDeselect={false}
              data={languages}
              value={draft.language}
              onChange={(value) => value && onChange({ ...draft, language: value })}
            />
            <FindingWords findings={found("language")} />
          </div>
        </div>
      )}
      {isNew && accounts.length > 1 && (
        <Select
          label={t.account}
          allowDeselect={false}
          data={accounts.map((one) => ({ value: one.waba_id, label: one.numbers.join(", ") }))}
          value={wabaId}
          onChange={(value) => onChange({ ...draft, wabaId: value })}
        />
      )}
      {draft.kind === "MESSAGE" && (
        <fieldset className={classes["kinds"]}>
          <legend>{t.category}</legend>
          {CATEGORIES.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="category"
                checked={draft.category === one}
                onChange={() => onChange({ ...draft, category: one })}
              />
              <span>
                <b>{t.categoryOf[one]}</b>
                <small>{t.categoryHint[one]}</small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      <FindingWords findings={found("category")} />
    </>
  );
}
