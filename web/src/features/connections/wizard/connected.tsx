/** The number is connected: what to try now, and what to look at if nothing arrives. */

import { Button, Group } from "@mantine/core";
import { IconCircleCheckFilled } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { CopyField } from "@/shared/ui/copy-field";
import type { Connection, Started } from "../api/status";
import { RegistrationNote } from "../registration-note";
import classes from "./connected.module.css";
import { wizardMessages } from "./messages";

interface ConnectedProps {
  connection: Connection;
  started: Started;
  onClose: () => void;
}

export function Connected({ connection: connected, started, onClose }: ConnectedProps) {
  const t = useMessages(wizardMessages);
  const { tenant_id } = useTenant();
  const [connection, setConnection] = useState(connected);
  const name = connection.display_name ?? connection.phone_number_spelled ?? "";
  return (
    <>
      <div className={classes["done"]} role="status">
        <IconCircleCheckFilled size={52} aria-hidden="true" />
        <p className={classes["title"]}>{t.done(name)}</p>
        <p className={classes["hint"]}>{t.doneHint}</p>
      </div>
      {connection.needs_registration && (
        <RegistrationNote connection={connection} onRegistered={setConnection} />
      )}
      <section className={classes["webhook"]}>
        <h3 className={classes["subtitle"]}>{t.webhook}</h3>
        <p className={classes["words"]}>{t.webhookHint}</p>
        <CopyField label={t.webhookUrl} value={started.webhook_url} />
        <p className={classes["label"]}>{t.webhookFields}</p>
        <p className={classes["words"]}>
          <span className={classes["fields"]}>{started.webhook_fields.join(", ")}</span>.{" "}
          {t.webhookFieldsHint}
        </p>
        <p className={classes["label"]}>{t.verifyToken}</p>
        <p className={classes["words"]}>{t.verifyTokenHint}</p>
      </section>
      <Group justify="flex-end" mt={24}>
        <Button variant="default" component={Link} to={`/t/${tenant_id}/inbox`}>
          {t.toInbox}
        </Button>
        <Button onClick={onClose} data-autofocus>
          {t.finish}
        </Button>
      </Group>
    </>
  );
}
