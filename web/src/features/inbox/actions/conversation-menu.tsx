/** Everything that is done with a conversation, in one menu: on a phone the header has no place for it elsewhere. */

import { ActionIcon, Menu } from "@mantine/core";
import {
  IconArchive,
  IconArrowBackUp,
  IconBan,
  IconChevronsRight,
  IconClockPause,
  IconDots,
  IconFlag,
  IconHourglass,
  IconHourglassOff,
  IconMailOpened,
  IconTag,
  IconUserPlus,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Shortcut } from "@/shared/keys/shortcuts";
import { canRun, runShortcut } from "@/shared/keys/use-shortcut";
import type { ConversationChange, ConversationState } from "@/shared/store/types";
import { listMessages } from "../list/messages";
import { Caps } from "../palette/caps";
import { actionMessages } from "./messages";

interface ConversationMenuProps {
  state: ConversationState;
  onChange: (change: ConversationChange) => void;
  onBlock: () => void;
}

export function ConversationMenu({ state, onChange, onBlock }: ConversationMenuProps) {
  const t = useMessages(actionMessages);
  const l = useMessages(listMessages);
  const put = (next: ConversationState) => () => onChange({ state: next });
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={34} aria-label={t.actions}>
          <IconDots size={18} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Deed name="resolveAndNext" words={t.resolveAndNext} icon={IconChevronsRight} />
        <Deed name="assign" words={t.assign} icon={IconUserPlus} />
        <Deed name="labels" words={t.labels} icon={IconTag} />
        <Deed name="priority" words={l.priority} icon={IconFlag} />
        <Deed name="snooze" words={t.snooze} icon={IconClockPause} />
        <Menu.Divider />
        <Deed name="unread" words={t.markUnread} icon={IconMailOpened} />
        {state === "snoozed" && (
          <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={put("open")}>
            {t.wake}
          </Menu.Item>
        )}
        {state === "open" && (
          <Menu.Item leftSection={<IconHourglass size={16} />} onClick={put("waiting")}>
            {t.waiting}
          </Menu.Item>
        )}
        {state === "waiting" && (
          <Menu.Item leftSection={<IconHourglassOff size={16} />} onClick={put("open")}>
            {t.notWaiting}
          </Menu.Item>
        )}
        {state !== "archived" && state !== "blocked" && (
          <Menu.Item leftSection={<IconArchive size={16} />} onClick={put("archived")}>
            {t.archive}
          </Menu.Item>
        )}
        {state !== "blocked" && (
          <Menu.Item color="red" leftSection={<IconBan size={16} />} onClick={onBlock}>
            {t.block}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

interface DeedProps {
  name: Shortcut;
  words: string;
  icon: ComponentType<{ size: number }>;
}

/** What has a key, too. */
function Deed({ name, words, icon: Icon }: DeedProps) {
  if (!canRun(name)) return null;
  return (
    <Menu.Item
      leftSection={<Icon size={16} />}
      rightSection={<Caps name={name} />}
      onClick={() => setTimeout(() => runShortcut(name))} // once this is closed: what it opens has the focus then
    >
      {words}
    </Menu.Item>
  );
}
