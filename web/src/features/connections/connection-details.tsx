/** What one looks up now and then: Meta's ids, what the token may, what Meta said last. */

import { useFormat, useLanguage, useMessages } from "@/shared/i18n/language";
import { CopyField } from "@/shared/ui/copy-field";
import type { Connection } from "./api/status";
import classes from "./connection-details.module.css";
import { cardMessages } from "./messages";

export function ConnectionDetails({ connection }: { connection: Connection }) {
  const t = useMessages(cardMessages);
  const format = useFormat();
  const { language } = useLanguage();
  return (
    <details className={classes["details"]}>
      <summary className={classes["summary"]}>
        {t.details}
        {connection.coexistence && <span className={classes["coexistence"]}>{t.coexistence}</span>}
      </summary>
      <div className={classes["body"]}>
        <CopyField label={t.ids.phone} value={connection.phone_number_id ?? ""} />
        <CopyField label={t.ids.waba} value={connection.waba_id ?? ""} />
        <p className={classes["line"]}>
          {connection.token_last4 && t.tokenSign(`…${connection.token_last4}`)}
          {connection.scopes.length > 0 && (
            <span className={classes["scopes"]}>
              {t.ids.app}: {connection.scopes.join(", ")}
            </span>
          )}
        </p>
        {connection.app_data.length > 0 && (
          <>
            <p className={classes["label"]}>{t.appData.title}</p>
            <ul className={classes["news"]}>
              {connection.app_data.map((part) => (
                <li key={part.name}>
                  <span className={classes["fact"]}>{t.appData[part.name]}</span> {t.appData[part.state]}
                  {part.words && <> · {part.words[language]}</>}
                  <span className={classes["when"]}> {format.date(part.at)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
        {connection.health.length > 0 && (
          <>
            <p className={classes["label"]}>{t.news}</p>
            <ul className={classes["news"]}>
              {connection.health.map((fact) => (
                <li key={fact.name}>
                  <span className={classes["fact"]}>{fact.name.replaceAll("_", " ")}</span> {fact.value}
                  {fact.detail && <> · {fact.detail}</>}
                  {fact.until && <> · {t.until(format.date(fact.until))}</>}
                  <span className={classes["when"]}> {format.date(fact.at)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </details>
  );
}
