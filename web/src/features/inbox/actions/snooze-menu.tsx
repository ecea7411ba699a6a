/** Until when a conversation is put off. */

import { Button, Group, Menu, TextInput } from "@mantine/core";
import { IconCalendar, IconCalendarWeek, IconMessageReply, IconMoon, IconSun } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import type { ConversationChange } from "@/shared/store/types";
import { Dialog } from "@/shared/ui/dialog";
import { uiMessages } from "@/shared/ui/messages";
import { actionMessages } from "./messages";
import classes from "./snooze-menu.module.css";
import { fieldValue, snoozeTimes } from "./snooze-times";

const ICONS = { later: IconMoon, tomorrow: IconSun, nextWeek: IconCalendarWeek } as const;

interface SnoozeMenuProps {
  onSnooze: (change: ConversationChange) => void;
  opening?: number;
  children: ReactNode;
}

export function SnoozeMenu({ onSnooze, opening = 0, children }: SnoozeMenuProps) {
  const [opened, setOpened] = useState(false);
  const [picking, setPicking] = useState(false);
  useEffect(() => {
    if (opening > 0) setOpened(true);
  }, [opening]);
  return (
    <>
      <Menu opened={opened} onChange={setOpened} position="bottom-end" width={270}>
        <Menu.Target>{children}</Menu.Target>
        <Menu.Dropdown>
          <SnoozeItems onSnooze={onSnooze} onPick={() => setPicking(true)} />
        </Menu.Dropdown>
      </Menu>
      <PickTime opened={picking} onClose={() => setPicking(false)} onSnooze={onSnooze} />
    </>
  );
}

interface SnoozeItemsProps {
  onSnooze: (change: ConversationChange) => void;
  onPick: () => void;
}

/** The entries, for whichever menu they stand in. */
export function SnoozeItems({ onSnooze, onPick }: SnoozeItemsProps) {
  const t = useMessages(actionMessages);
  const { locale } = useFormat();
  const when = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "numeric", minute: "2-digit" });
  return (
    <>
      {snoozeTimes(new Date()).map(({ name, at }) => {
        const Icon = ICONS[name];
        return (
          <Menu.Item
            key={name}
            leftSection={<Icon size={16} stroke={1.7} />}
            rightSection={<span className={classes["when"]}>{when.format(at)}</span>}
            onClick={() => onSnooze({ state: "snoozed", snoozed_until: at.toISOString() })}
          >
            {t.snoozeUntil[name]}
          </Menu.Item>
        );
      })}
      <Menu.Item
        leftSection={<IconMessageReply size={16} stroke={1.7} />}
        onClick={() => onSnooze({ state: "snoozed", snoozed_until: null })}
      >
        {t.untilAnswer}
      </Menu.Item>
      <Menu.Item leftSection={<IconCalendar size={16} stroke={1.7} />} onClick={onPick}>
        {t.pickTime}
      </Menu.Item>
    </>
  );
}

interface PickTimeProps {
  opened: boolean;
  onClose: () => void;
  onSnooze: (change: ConversationChange) => void;
}

export function PickTime({ opened, onClose, onSnooze }: PickTimeProps) {
  const t = useMessages(actionMessages);
  const words = useMessages(uiMessages);
  const [value, setValue] = useState("");
  const at = value ? new Date(value) : null;
  const past = at !== null && !(at.getTime() > Date.now()); // what is no time, too
  useEffect(() => {
    if (opened)
      setValue(fieldValue(snoozeTimes(new Date()).find(({ name }) => name === "tomorrow")?.at ?? new Date()));
  }, [opened]);
  return (
    <Dialog
      opened={opened}
      onClose={onClose}
      title={t.pickTitle}
      size="xs"
      closeButtonProps={{ "aria-label": words.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (at === null || past) return;
          onSnooze({ state: "snoozed", snoozed_until: at.toISOString() });
          onClose();
        }}
      >
        <TextInput
          type="datetime-local"
          aria-label={t.pickTitle}
          value={value}
          min={fieldValue(new Date())}
          onChange={(event) => setValue(event.currentTarget.value)}
          error={past ? t.pastTime : null}
          data-autofocus
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" disabled={at === null || past}>
            {t.snooze}
          </Button>
        </Group>
      </form>
    </Dialog>
  );
}
