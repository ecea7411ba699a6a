/** A yes or a no, and to what. */

import { useMessages } from "@/shared/i18n/language";
import { ToneWord } from "@/shared/ui/tone";
import type { Category, Word } from "./api/consent";
import { consentMessages } from "./messages";

export function Verdict({ state, about }: { state: Word; about: Category }) {
  const t = useMessages(consentMessages);
  return <ToneWord tone={state === "in" ? "good" : "bad"}>{t.verdict[state][about]}</ToneWord>;
}
