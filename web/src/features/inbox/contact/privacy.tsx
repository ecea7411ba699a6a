/** What the person may ask for: all there is of them, or that it goes. */

import { Button } from "@mantine/core";
import { IconDownload, IconUserX } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { Conversation } from "@/shared/store/types";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { eraseContact, exportOf } from "../api/contacts";
import { nameOf } from "../list/row-model";
import classes from "./contact-pane.module.css";
import { contactMessages } from "./messages";

export function Privacy({ conversation }: { conversation: Conversation }) {
  const t = useMessages(contactMessages);
  const { tenant_id, can } = useTenant();
  const [asking, setAsking] = useState(false);
  const contactId = conversation.contact.id;
  if (!can("contacts:erase") && !can("contacts:export")) return null;
  return (
    <section className={classes["section"]}>
      {can("contacts:export") && (
        <Button
          component="a"
          href={exportOf(tenant_id, contactId)}
          download
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconDownload size={15} stroke={1.7} />}
        >
          {t.exportPerson}
        </Button>
      )}
      {can("contacts:erase") && (
        <Button
          size="compact-sm"
          variant="subtle"
          color="red"
          leftSection={<IconUserX size={15} stroke={1.7} />}
          onClick={() => setAsking(true)}
        >
          {t.erasePerson}
        </Button>
      )}
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t.eraseTitle(nameOf(conversation.contact) ?? "")}
        confirm={t.eraseConfirm}
        danger
        onConfirm={() => eraseContact(tenant_id, contactId)}
      >
        {t.eraseWords}
      </ConfirmDialog>
    </section>
  );
}
