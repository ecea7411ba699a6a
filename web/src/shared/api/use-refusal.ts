/** A refusal as one sentence or two in the reader's language. */

import { useMessages } from "@/shared/i18n/language";
import { NotProved } from "./problem";
import { inOneLine, problemMessages, problemWords } from "./problem-words";

/** Returns what to say of an error; null of none, and of what the person left off themselves. */
export function useRefusal(): (error: unknown) => string | null {
  const problems = useMessages(problemMessages);
  return (error) => {
    if (!error || error instanceof NotProved) return null;
    return inOneLine(problemWords(error, problems));
  };
}
