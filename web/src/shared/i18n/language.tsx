/** The language of the page: chosen by the person, else the browser's. */

import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from "react";
import { read, write } from "@/shared/lib/storage";
import { type Catalogue, type Language, languageOf, type Translated } from "./catalogue";
import { type Format, formatOf } from "./format";

interface LanguageContext {
  language: Language;
  /** Changes the language here and now, and remembers it in this browser. */
  setLanguage: (language: Language) => void;
  /** Changes it where nobody chose one in this browser: what a workspace speaks goes before what the browser asks for. */
  suggestLanguage: (language: Language) => void;
}

const STORED = "curbe.language";
const Context = createContext<LanguageContext | null>(null);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, choose] = useState<Language>(() => languageOf(read(STORED), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const setLanguage = useCallback((chosen: Language) => {
    write(STORED, chosen);
    choose(chosen);
  }, []);
  const suggestLanguage = useCallback((suggested: Language) => {
    if (read(STORED) === null) choose(suggested);
  }, []);
  const value = useMemo(
    () => ({ language, setLanguage, suggestLanguage }),
    [language, setLanguage, suggestLanguage],
  );
  return <Context value={value}>{children}</Context>;
}

export function useLanguage(): LanguageContext {
  const context = use(Context);
  if (!context) throw new Error("useLanguage is used outside LanguageProvider");
  return context;
}

/** Returns the words of a feature's catalogue in the page's language. */
export function useMessages<T>(messages: Catalogue<T>): Translated<T> {
  return messages[useLanguage().language];
}

/** Returns the formats of dates and numbers in the page's language and the reader's region. */
export function useFormat(): Format {
  return formatOf(useLanguage().language);
}
