/** Suspends a tenant and lets it go on, asking first: what stops and what goes on is said before. */

import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { tellSaved } from "@/shared/ui/notices";
import { type Tenant, useSuspension } from "../api/tenants";
import { operatorMessages } from "../messages";

export function Suspension({ tenant: { id, name, suspended_at } }: { tenant: Tenant }) {
  const t = useMessages(operatorMessages);
  const suspension = useSuspension(id);
  /** What is asked about; it stays while the question closes, though the tenant is otherwise by then. */
  const [asked, setAsked] = useState<"suspend" | "resume">("suspend");
  const [opened, setOpened] = useState(false);
  const deed = suspended_at === null ? "suspend" : "resume";
  const ask = () => {
    setAsked(deed);
    setOpened(true);
  };
  const act = async () => {
    await suspension.mutateAsync(asked === "suspend");
    tellSaved(asked === "suspend" ? t.suspendedNow(name) : t.resumedNow(name));
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size={34} aria-label={t.more(name)}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {deed === "suspend" ? (
            <Menu.Item color="red" leftSection={<IconPlayerPause size={16} />} onClick={ask}>
              {t.suspend}…
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconPlayerPlay size={16} />} onClick={ask}>
              {t.resume}…
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={opened}
        onClose={() => setOpened(false)}
        title={asked === "suspend" ? t.suspendTitle(name) : t.resumeTitle(name)}
        confirm={asked === "suspend" ? t.suspend : t.resume}
        danger={asked === "suspend"}
        onConfirm={act}
      >
        {asked === "suspend" ? (
          <>
            <p>{t.suspendStops}</p>
            <p>{t.suspendGoesOn}</p>
          </>
        ) : (
          t.resumeWords
        )}
      </ConfirmDialog>
    </>
  );
}
