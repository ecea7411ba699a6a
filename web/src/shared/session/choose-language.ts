/** Changes the language of the page at once, and of the account behind it. */

import { useCallback } from "react";
import type { Language } from "@/shared/i18n/catalogue";
import { useLanguage } from "@/shared/i18n/language";
import { useSaveProfile } from "./save-profile";

export function useChooseLanguage(): (language: Language) => void {
  const { setLanguage } = useLanguage();
  const { mutate } = useSaveProfile();
  return useCallback(
    (language) => {
      setLanguage(language);
      mutate({ language });
    },
    [setLanguage, mutate],
  );
}
