import { Switch } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { setPreferences, usePreferences } from "@/shared/lib/preferences";
import { profileMessages } from "./messages";

export function KeyboardPreferences() {
  const t = useMessages(profileMessages);
  const { shortcuts, enterSends } = usePreferences();
  return (
    <>
      <Switch
        label={t.shortcuts}
        description={t.shortcutsHint}
        checked={shortcuts}
        onChange={(event) => setPreferences({ shortcuts: event.currentTarget.checked })}
      />
      <Switch
        label={t.enterSends}
        description={t.enterSendsHint}
        checked={enterSends}
        onChange={(event) => setPreferences({ enterSends: event.currentTarget.checked })}
      />
    </>
  );
}
