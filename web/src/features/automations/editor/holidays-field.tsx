/** Single days on which it is closed, too. */

import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import classes from "./editor.module.css";
import { editorMessages } from "./messages";

interface HolidaysFieldProps {
  days: readonly string[];
  onChange: (days: string[]) => void;
}

export function HolidaysField({ days, onChange }: HolidaysFieldProps) {
  const { form: t } = useMessages(editorMessages);
  const format = useFormat();
  const [day, setDay] = useState("");
  const add = () => {
    if (!day) return;
    onChange([...new Set([...days, day])].sort());
    setDay("");
  };
  return (
    <div className={classes["holidays"]}>
      <span className={classes["label"]}>{t.holidays}</span>
      {days.length > 0 && (
        <ul className={classes["chips"]} aria-label={t.holidays}>
          {days.map((one) => {
            const shown = format.date(`${one}T12:00:00`);
            return (
              <li key={one} className={classes["chip"]}>
                {shown}
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size={24}
                  aria-label={t.dropHoliday(shown)}
                  onClick={() => onChange(days.filter((each) => each !== one))}
                >
                  <IconX size={14} />
                </ActionIcon>
              </li>
            );
          })}
        </ul>
      )}
      <div className={classes["adding"]}>
        <TextInput
          type="date"
          aria-label={t.holiday}
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
        <Button variant="default" leftSection={<IconPlus size={16} />} disabled={!day} onClick={add}>
          {t.addHoliday}
        </Button>
      </div>
    </div>
  );
}
