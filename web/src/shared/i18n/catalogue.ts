/** Catalogues of words in three languages: a key that one language lacks is a compile error. */

export const LANGUAGES = ["es", "en", "pt"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Record<Language, string> = { es: "Español", en: "English", pt: "Português" };

interface Words {
  [key: string]: string | ((...given: never[]) => string) | Words;
}

/** The same keys with any words: a text stays a text, a function keeps its parameters. */
export type Translated<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Translated<T[K]>;
};

export type Catalogue<T> = Record<Language, Translated<T>>;

/**
 * Returns the catalogue of one feature. English is the source; Spanish and Portuguese must have its keys, no more and no less.
 *
 *     export const messages = catalogue({ en: { hello: (name: string) => `Hello ${name}` }, es: ..., pt: ... });
 *     const t = useMessages(messages);   // t.hello("Ana")
 */
export function catalogue<T extends Words>(words: {
  en: T;
  es: NoInfer<Translated<T>>;
  pt: NoInfer<Translated<T>>;
}): Catalogue<T> {
  return words as unknown as Catalogue<T>; // the signature checked it; `T` and `Translated<T>` only look different to the compiler
}

/** The language to begin with: the one chosen here before, else the browser's first that we speak, else English. */
export function languageOf(chosen: string | null | undefined, preferred: readonly string[]): Language {
  const wanted = [chosen ?? "", ...preferred].map((tag) => tag.toLowerCase().split("-")[0]);
  return wanted.find((tag): tag is Language => LANGUAGES.some((known) => known === tag)) ?? "en";
}

/** The tag for Intl: the reader's own region where the browser names one ("es-MX"), so that dates look as at home. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => tag.toLowerCase().split("-")[0] === language) ?? language;
}
