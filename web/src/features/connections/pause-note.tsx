/** Why nothing is sent from a number, in words, and how it ends. */

import { Button, Group } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useRefusal } from "@/shared/api/use-refusal";
import { useFormat, useLanguage, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { tellSaved } from "@/shared/ui/notices";
import { pauseMessages, pauseWords } from "@/shared/whatsapp/pause-words";
import { useResume } from "./api/actions";
import type { Connection } from "./api/status";
import { cardMessages } from "./messages";
import classes from "./pause-note.module.css";
import { endOfPause } from "./standing";

export function PauseNote({ connection, onAgain }: { connection: Connection; onAgain: () => void }) {
  const t = useMessages(cardMessages);
  const refusal = useRefusal();
  const { language } = useLanguage();
  const format = useFormat();
  const { can } = useTenant();
  const resume = useResume();
  const end = endOfPause(connection);
  const words = pauseWords(connection, useMessages(pauseMessages), language);
  const goOn = () => resume.mutate(connection.id, { onSuccess: () => tellSaved(t.resumed) });
  return (
    <div className={classes["note"]}>
      <p className={classes["title"]}>
        <IconPlayerPause size={16} stroke={2} aria-hidden="true" />
        {t.paused}
      </p>
      <p>
        {words}
        {connection.pause_until && <> ({t.until(format.full(connection.pause_until))})</>}
      </p>
      <p className={classes["more"]}>
        {t.end[end]} {t.queueWaits}
      </p>
      {resume.error && (
        <p role="alert" className={classes["failed"]}>
          {refusal(resume.error)}
        </p>
      )}
      {can("connections:write") && end !== "by_itself" && end !== "register" && (
        <Group gap="xs" mt={10}>
          {end === "reconnect" && (
            <Button size="xs" onClick={onAgain}>
              {t.connectAgain}
            </Button>
          )}
          {connection.pause_cause === null && (
            <Button
              size="xs"
              variant={end === "reconnect" ? "default" : "filled"}
              loading={resume.isPending}
              onClick={goOn}
            >
              {t.resume}
            </Button>
          )}
        </Group>
      )}
    </div>
  );
}
