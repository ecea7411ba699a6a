/** The list of shortcuts, and the switch that turns them off. */

import { Kbd, Switch } from "@mantine/core";
import { Fragment } from "react";
import { useMessages } from "@/shared/i18n/language";
import { type Combination, capsOf, isMac, SHORTCUTS, type Shortcut } from "@/shared/keys/shortcuts";
import { setPreferences, usePreferences } from "@/shared/lib/preferences";
import { Dialog } from "@/shared/ui/dialog";
import { uiMessages } from "@/shared/ui/messages";
import { paletteMessages } from "./messages";
import classes from "./shortcuts-help.module.css";

const GROUPS = {
  inList: ["next", "previous", "nextTab", "search", "start"],
  inConversation: [
    "resolve",
    "resolveAndNext",
    "snooze",
    "assign",
    "labels",
    "priority",
    "unread",
    "contactPane",
  ],
  inComposer: ["reply", "note", "attach", "template", "canned", "quote"],
  anywhere: ["palette", "undo", "help", "leave"],
} as const;
/** Keys that mean something only inside the field one writes in, which hears them itself. */
const IN_FIELD = { canned: [{ sign: "/" }], quote: [{ code: "ArrowUp" }] } as const satisfies Record<
  string,
  readonly Combination[]
>;

export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const t = useMessages(paletteMessages);
  const words = useMessages(uiMessages);
  const { shortcuts } = usePreferences();
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t.shortcutsTitle}
      size="lg"
      closeButtonProps={{ "aria-label": words.close }}
    >
      <Switch
        label={t.shortcutsOn}
        description={t.shortcutsOnHint}
        checked={shortcuts}
        onChange={(event) => setPreferences({ shortcuts: event.currentTarget.checked })}
        mb="md"
      />
      <div className={classes["groups"]} data-off={!shortcuts || undefined}>
        {Object.entries(GROUPS).map(([group, names]) => (
          <section key={group}>
            <h3 className={classes["heading"]}>{t[group as keyof typeof GROUPS]}</h3>
            <dl className={classes["list"]}>
              {names.map((name) => (
                <div className={classes["line"]} key={name}>
                  <dt>{t.names[name]}</dt>
                  <dd>
                    <Keys
                      combinations={
                        name in IN_FIELD
                          ? IN_FIELD[name as keyof typeof IN_FIELD]
                          : SHORTCUTS[name as Shortcut]
                      }
                      or={t.or}
                    />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Keys({ combinations, or }: { combinations: readonly Combination[]; or: string }) {
  return combinations.map((combination, index) => {
    const caps = capsOf(combination, isMac());
    return (
      <Fragment key={caps.join("+")}>
        {index > 0 && ` ${or} `}
        {caps.map((cap) => (
          <Kbd key={cap} size="xs">
            {cap}
          </Kbd>
        ))}
      </Fragment>
    );
  });
}
