import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { LANGUAGE_NAMES, LANGUAGES, type Language } from "@/shared/i18n/catalogue";
import { useLanguage, useMessages } from "@/shared/i18n/language";
import { useChooseLanguage } from "@/shared/session/choose-language";
import { Choice } from "./choice";
import { profileMessages } from "./messages";

export function Look() {
  const t = useMessages(profileMessages);
  const { language } = useLanguage();
  const choose = useChooseLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <Choice label={t.language}>
        <SegmentedControl<Language>
          aria-label={t.language}
          value={language}
          onChange={choose}
          data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
        />
      </Choice>
      <Choice label={t.theme}>
        <SegmentedControl<"light" | "dark" | "auto">
          aria-label={t.theme}
          value={colorScheme}
          onChange={setColorScheme}
          data={(["light", "dark", "auto"] as const).map((value) => ({ value, label: t[value] }))}
        />
      </Choice>
    </>
  );
}
