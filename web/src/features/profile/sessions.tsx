import { Button } from "@mantine/core";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { signOut } from "@/shared/session/sign-out";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { profileMessages } from "./messages";

export function Sessions() {
  const t = useMessages(profileMessages);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t.signOutEverywhere}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t.signOutEverywhere}
        confirm={t.signOutEverywhere}
        danger
        onConfirm={() => signOut(true)}
      >
        {t.signOutEverywhereAsk}
      </ConfirmDialog>
    </>
  );
}
