import { useMessages } from "@/shared/i18n/language";
import { useSession } from "@/shared/session/session-context";
import { SettingsBody, SettingsSection } from "@/shared/ui/settings-section";
import { KeyboardPreferences } from "./keyboard-preferences";
import { Look } from "./look";
import { profileMessages } from "./messages";
import { NameForm } from "./name-form";
import { PasswordForm } from "./password-form";
import { Sessions } from "./sessions";
import { Signals } from "./signals";

export function ProfilePage() {
  const t = useMessages(profileMessages);
  const { embedded } = useSession(); // the account is not changed from within another site's page
  return (
    <SettingsBody title={t.title} hint={t.hint}>
      {!embedded && (
        <SettingsSection title={t.you} hint={t.youHint}>
          <NameForm />
        </SettingsSection>
      )}
      <SettingsSection title={t.look} hint={t.lookHint}>
        <Look />
      </SettingsSection>
      <SettingsSection title={t.signals} hint={t.signalsHint}>
        <Signals />
      </SettingsSection>
      <SettingsSection title={t.keys} hint={t.keysHint}>
        <KeyboardPreferences />
      </SettingsSection>
      {!embedded && (
        <>
          <SettingsSection title={t.password} hint={t.passwordHint}>
            <PasswordForm />
          </SettingsSection>
          <SettingsSection title={t.sessions} hint={t.sessionsHint}>
            <Sessions />
          </SettingsSection>
        </>
      )}
    </SettingsBody>
  );
}
