/** Copies with one press; where the browser forbids that (plain HTTP), what is to be copied is selected for the hand. */

import { useEffect, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { uiMessages } from "./messages";

const SHOWN = 2_000;

interface Copy {
  /** It was done a moment ago. */
  copied: boolean;
  /** What the button is called now. */
  word: string;
  copy: () => void;
}

export function useCopy(value: string, select: () => void): Copy {
  const t = useMessages(uiMessages);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    select();
    // Absent on plain HTTP; the selection is what is left then.
    await navigator.clipboard?.writeText(value);
    setCopied(navigator.clipboard !== undefined);
  };
  return {
    copied,
    word: copied ? t.copied : navigator.clipboard ? t.copy : t.needsHttps,
    copy: () => void copy(),
  };
}
