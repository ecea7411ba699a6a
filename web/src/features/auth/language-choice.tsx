/** The three languages, each in its own. */

import { LANGUAGE_NAMES, LANGUAGES } from "@/shared/i18n/catalogue";
import { useLanguage } from "@/shared/i18n/language";
import classes from "./language-choice.module.css";

export function LanguageChoice() {
  const { language, setLanguage } = useLanguage();
  return (
    <div className={classes["choice"]}>
      {LANGUAGES.map((one) => (
        <button
          type="button"
          lang={one}
          key={one}
          className={classes["one"]}
          aria-pressed={one === language}
          onClick={() => setLanguage(one)}
        >
          {LANGUAGE_NAMES[one]}
        </button>
      ))}
    </div>
  );
}
