/** One number: how it stands, what stops it, and what can be done with it. */

import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  IconDots,
  IconFlag,
  IconKey,
  IconPlugConnectedX,
  IconShieldLock,
  IconStethoscope,
} from "@tabler/icons-react";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { countryName } from "@/shared/lib/countries";
import { useTenant } from "@/shared/session/session-context";
import { Avatar } from "@/shared/ui/avatar";
import { ToneWord } from "@/shared/ui/tone";
import { useTest } from "./api/actions";
import type { Connection } from "./api/status";
import classes from "./connection-card.module.css";
import { ConnectionDetails } from "./connection-details";
import { ConnectionFacts } from "./connection-facts";
import { CountryDialog } from "./country-dialog";
import { DisconnectDialog } from "./disconnect-dialog";
import { cardMessages } from "./messages";
import { PauseNote } from "./pause-note";
import { PinDialog } from "./pin-dialog";
import { RegistrationNote } from "./registration-note";
import { statusOf } from "./standing";
import { TestResult } from "./test-result";

interface ConnectionCardProps {
  connection: Connection;
  /** Opens the wizard for this number. */
  onAgain: () => void;
}

export function ConnectionCard({ connection, onAgain }: ConnectionCardProps) {
  const t = useMessages(cardMessages);
  const { locale } = useFormat();
  const { can } = useTenant();
  const test = useTest();
  const [leaving, setLeaving] = useState(false);
  const [showing, setShowing] = useState(false);
  const [placing, setPlacing] = useState(false);
  const status = statusOf(connection);
  const live = connection.status !== "revoked";
  const phone = connection.phone_number_spelled ?? connection.phone_number_id ?? "";
  const name = connection.display_name ?? phone;
  const country = connection.country_id && countryName(connection.country_id, locale);
  const mayWrite = can("connections:write");
  return (
    <article className={classes["card"]} data-live={live} aria-label={`${name}, ${phone}`}>
      <header className={classes["head"]}>
        <Avatar name={name} seed={connection.id} size={42} />
        <div className={classes["names"]}>
          <h3 className={classes["name"]}>{name}</h3>
          <p className={classes["phone"]}>
            {phone}
            {country && <span> · {country}</span>}
          </p>
        </div>
        <ToneWord tone={status.tone} as="pill">
          {t.status[status.word]}
        </ToneWord>
      </header>
      {connection.paused && <PauseNote connection={connection} onAgain={onAgain} />}
      {connection.needs_registration && <RegistrationNote connection={connection} />}
      {live && <ConnectionFacts connection={connection} />}
      {live && <ConnectionDetails connection={connection} />}
      {mayWrite && (
        <footer className={classes["foot"]}>
          {live ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconStethoscope size={16} />}
              loading={test.isPending}
              onClick={() => test.mutate({ connection_id: connection.id })}
            >
              {t.test}
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={onAgain}>
              {t.connectAgain}
            </Button>
          )}
          {(live || connection.pin_kept) && (
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" size={34} aria-label={t.more(name)}>
                  <IconDots size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {live && (
                  <Menu.Item leftSection={<IconKey size={16} />} onClick={onAgain}>
                    {t.replaceToken}
                  </Menu.Item>
                )}
                {live && (
                  <Menu.Item leftSection={<IconFlag size={16} />} onClick={() => setPlacing(true)}>
                    {t.changeCountry}…
                  </Menu.Item>
                )}
                {connection.pin_kept && (
                  <Menu.Item leftSection={<IconShieldLock size={16} />} onClick={() => setShowing(true)}>
                    {t.showPin}…
                  </Menu.Item>
                )}
                {live && (
                  <Menu.Item
                    color="red"
                    leftSection={<IconPlugConnectedX size={16} />}
                    onClick={() => setLeaving(true)}
                  >
                    {t.disconnect}…
                  </Menu.Item>
                )}
              </Menu.Dropdown>
            </Menu>
          )}
        </footer>
      )}
      {(test.data || test.error) && <TestResult result={test.data ?? null} error={test.error} />}
      {showing && <PinDialog connectionId={connection.id} onClose={() => setShowing(false)} />}
      {placing && <CountryDialog connection={connection} onClose={() => setPlacing(false)} />}
      <DisconnectDialog
        connection={connection}
        name={name}
        opened={leaving}
        onClose={() => setLeaving(false)}
      />
    </article>
  );
}
