/** Asks once whether the desktop may tell of messages; the browser's own question follows the button, not the page. */

import { Button, Group } from "@mantine/core";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { noticeWorker } from "@/shared/lib/desktop-notices";
import { usePreferences } from "@/shared/lib/preferences";
import { read, write } from "@/shared/lib/storage";
import { allowedHere } from "@/shared/push/use-push";
import { useSession } from "@/shared/session/session-context";
import classes from "./ask-notifications.module.css";
import { signalMessages } from "./messages";

const STORED = "curbe.asked-notifications";

export function AskNotifications() {
  const t = useMessages(signalMessages);
  const { notifications } = usePreferences();
  const { embedded } = useSession(); // browsers ask nobody within another page
  const [asked, setAsked] = useState(() => read(STORED) !== null || !possible());
  if (asked || embedded || notifications === "off") return null;
  const done = () => {
    write(STORED, "yes");
    setAsked(true);
  };
  return (
    <section className={classes["ask"]}>
      <p>{t.ask}</p>
      <Group gap={6}>
        <Button
          size="compact-sm"
          onClick={() =>
            void Notification.requestPermission()
              .then(() => {
                void noticeWorker();
                allowedHere.set(allowedHere.get() + 1);
              })
              .finally(done)
          }
        >
          {t.turnOn}
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={done}>
          {t.notNow}
        </Button>
      </Group>
    </section>
  );
}

/** They need HTTPS (or localhost), and a browser that was not asked yet. */
function possible(): boolean {
  return globalThis.isSecureContext && "Notification" in globalThis && Notification.permission === "default";
}
