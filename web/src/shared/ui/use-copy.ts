/** Copies with one press, and says whether it did. */

import { useEffect, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { copyText } from "@/shared/lib/clipboard";
import { uiMessages } from "./messages";

const SHOWN = 2_000; // milliseconds
const REFUSAL_SHOWN = 8_000;

interface Copy {
  /** It was done a moment ago. */
  copied: boolean;
  /** What the button is called now. */
  word: string;
  /** The browser did not let it a moment ago: what to do instead. */
  refusal: string | null;
  copy: () => void;
}

/** @param select marks what is shown, to be copied by hand where the browser refuses. */
export function useCopy(value: string, select: () => void = () => undefined): Copy {
  const t = useMessages(uiMessages);
  const [done, setDone] = useState<"copied" | "refused" | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), done === "copied" ? SHOWN : REFUSAL_SHOWN);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    const copied = await copyText(value);
    if (!copied) select();
    setDone(copied ? "copied" : "refused");
  };
  return {
    copied: done === "copied",
    word: done === "copied" ? t.copied : t.copy,
    refusal: done === "refused" ? t.notCopied : null,
    copy: () => void copy(),
  };
}
