/** Changes the language of the page at once, and of the account behind it; within another site's page, of that page alone. */

import { useCallback } from "react";
import type { Language } from "@/shared/i18n/catalogue";
import { useLanguage } from "@/shared/i18n/language";
import { useSaveProfile } from "./save-profile";
import { useSession } from "./session-context";

export function useChooseLanguage(): (language: Language) => void {
  const { setLanguage } = useLanguage();
  const { embedded } = useSession();
  const { mutate } = useSaveProfile();
  return useCallback(
    (language) => {
      setLanguage(language);
      if (!embedded) mutate({ language }); // the account is its person's own
    },
    [setLanguage, embedded, mutate],
  );
}
