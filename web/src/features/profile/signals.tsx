/** Sound and desktop notifications, as this browser allows them. */

import { Button, SegmentedControl, Switch } from "@mantine/core";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { Chime } from "@/shared/lib/chime";
import { noticeWorker } from "@/shared/lib/desktop-notices";
import { type Preferences, setPreferences, usePreferences } from "@/shared/lib/preferences";
import { allowedHere } from "@/shared/push/use-push";
import { useSession } from "@/shared/session/session-context";
import { FormError } from "@/shared/ui/form-error";
import { Choice } from "./choice";
import { profileMessages } from "./messages";
import { PushChoice } from "./push-choice";

type Whose = Preferences["sound"];
const chime = new Chime();
const WHOSE: readonly Whose[] = ["mine", "all", "off"];

export function Signals() {
  const t = useMessages(profileMessages);
  const { sound, soundWhenFocused, notifications } = usePreferences();
  const data = WHOSE.map((value) => ({ value, label: t[value] }));
  return (
    <>
      <Choice label={t.sound}>
        <SegmentedControl<Whose>
          aria-label={t.sound}
          value={sound}
          onChange={(value) => setPreferences({ sound: value })}
          data={data}
        />
        {sound !== "off" && (
          <Button variant="subtle" size="compact-sm" onClick={() => chime.sample()}>
            {t.testSound}
          </Button>
        )}
      </Choice>
      <Switch
        label={t.whenFocused}
        checked={soundWhenFocused}
        disabled={sound === "off"}
        onChange={(event) => setPreferences({ soundWhenFocused: event.currentTarget.checked })}
      />
      <Choice label={t.notifications}>
        <SegmentedControl<Whose>
          aria-label={t.notifications}
          value={notifications}
          onChange={(value) => setPreferences({ notifications: value })}
          data={data}
        />
      </Choice>
      {notifications !== "off" && <Permission />}
      {notifications !== "off" && <PushChoice />}
    </>
  );
}

/** The browser's own permission, without which the choice above changes nothing. */
function Permission() {
  const t = useMessages(profileMessages);
  const { embedded } = useSession();
  const [permission, setPermission] = useState(() => {
    if (!globalThis.isSecureContext) return "insecure";
    return "Notification" in globalThis ? Notification.permission : "unknown";
  });
  if (permission === "granted") return null;
  if (permission === "insecure") return <FormError tone="warn">{t.needsHttps}</FormError>;
  if (permission === "unknown") return <FormError tone="warn">{t.needsHomeScreen}</FormError>;
  if (permission === "denied") return <FormError tone="warn">{t.blocked}</FormError>;
  return (
    <Button
      variant="default"
      onClick={() =>
        void Notification.requestPermission().then((decided) => {
          setPermission(decided);
          if (!embedded) void noticeWorker();
          allowedHere.set(allowedHere.get() + 1);
        })
      }
    >
      {t.askPermission}
    </Button>
  );
}
