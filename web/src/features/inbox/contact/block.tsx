/** The last resort, at the end of the pane and behind a question. */

import { Button } from "@mantine/core";
import { IconBan } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { Conversation } from "@/shared/store/types";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { actionMessages } from "../actions/messages";
import { useDeeds } from "../actions/use-deeds";
import { nameOf } from "../list/row-model";
import classes from "./contact-pane.module.css";

export function Block({ conversation }: { conversation: Conversation }) {
  const t = useMessages(actionMessages);
  const { can } = useTenant();
  const deed = useDeeds();
  const [asking, setAsking] = useState(false);
  if (!can("inbox:write") || conversation.state === "blocked") return null;
  return (
    <section className={classes["section"]}>
      <Button
        size="compact-sm"
        variant="subtle"
        color="red"
        leftSection={<IconBan size={15} stroke={1.7} />}
        onClick={() => setAsking(true)}
      >
        {t.block}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t.blockTitle(nameOf(conversation.contact) ?? "")}
        confirm={t.blockConfirm}
        danger
        onConfirm={() => deed([conversation.id], { state: "blocked" })}
      >
        {t.blockWords}
      </ConfirmDialog>
    </section>
  );
}
