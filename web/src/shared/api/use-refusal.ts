/** A refusal as one sentence or two in the reader's language. */

import { useMessages } from "@/shared/i18n/language";
import { inOneLine, problemMessages, problemWords } from "./problem-words";

/** Returns what to say of an error; null of none. */
export function useRefusal(): (error: unknown) => string | null {
  const problems = useMessages(problemMessages);
  return (error) => {
    return error ? inOneLine(problemWords(error, problems)) : null;
  };
}
