/** The keys of a shortcut, beside what it does; nothing where they are turned off, or there is no keyboard. */

import { Kbd } from "@mantine/core";
import { capsOf, isMac, SHORTCUTS, type Shortcut } from "@/shared/keys/shortcuts";
import { usePreferences } from "@/shared/lib/preferences";
import classes from "./palette.module.css";

export function Caps({ name }: { name: Shortcut }) {
  const { shortcuts } = usePreferences();
  if (!shortcuts) return null;
  return (
    <span className={classes["caps"]}>
      {capsOf(SHORTCUTS[name][0], isMac()).map((cap) => (
        <Kbd key={cap} size="xs">
          {cap}
        </Kbd>
      ))}
    </span>
  );
}
