/** A number that Meta lets send nothing before it is registered: what for, and the way, with its PIN where it has one. */

import { Button, Group, TextInput } from "@mantine/core";
import { IconShieldLock } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { problemMessages } from "@/shared/api/problem-words";
import { useRefusal } from "@/shared/api/use-refusal";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { tellSaved } from "@/shared/ui/notices";
import { useRegister } from "./api/actions";
import type { Connection } from "./api/status";
import { registrationMessages } from "./messages";
import classes from "./pause-note.module.css";
import { lastTry } from "./standing";

const PIN = /^\d{6}$/;

interface RegistrationNoteProps {
  connection: Connection;
  onRegistered?: (connection: Connection) => void;
}

export function RegistrationNote({ connection, onRegistered }: RegistrationNoteProps) {
  const t = useMessages(registrationMessages);
  const problems: Readonly<Record<string, string>> = useMessages(problemMessages).byCode;
  const refusal = useRefusal();
  const { can } = useTenant();
  const register = useRegister();
  const [pin, setPin] = useState("");
  const problem = lastTry(connection, register.error);
  // Of a number whose PIN is kept, another was mistyped: the one that is kept needs no typing.
  const hasOwn = problem === "wrong_pin" && !connection.pin_kept;
  const failed = refusal(register.error) ?? (problem && !hasOwn ? (problems[problem] ?? problem) : null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    register.mutate(
      { connection_id: connection.id, pin: pin || null },
      {
        onSuccess: (registered) => {
          tellSaved(t.registered);
          onRegistered?.(registered);
        },
      },
    );
  };
  return (
    <form className={classes["note"]} onSubmit={submit}>
      <p className={classes["title"]}>
        <IconShieldLock size={16} stroke={2} aria-hidden="true" />
        {t.title}
      </p>
      <p>{hasOwn ? t.hasPin : t.why}</p>
      {failed && (
        <p role="alert" className={classes["failed"]}>
          {failed}
        </p>
      )}
      {can("connections:write") && (
        <Group gap="xs" mt={10} align="flex-end">
          <TextInput
            size="xs"
            w={220}
            label={hasOwn ? t.itsPin : t.pin}
            placeholder={hasOwn ? "" : t.pinEmpty}
            value={pin}
            maxLength={6}
            inputMode="numeric"
            autoComplete="off"
            onChange={(event) => setPin(event.currentTarget.value.replace(/\D/g, ""))}
          />
          <Button
            type="submit"
            size="xs"
            loading={register.isPending}
            disabled={!PIN.test(pin) && (hasOwn || pin !== "")}
          >
            {t.register}
          </Button>
        </Group>
      )}
    </form>
  );
}
