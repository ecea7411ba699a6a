/** What is done with all the conversations that are ticked. */

import { ActionIcon } from "@mantine/core";
import { IconArchive, IconCheck, IconClockPause, IconTag, IconUserPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useStore } from "@/shared/store/hooks";
import type { ConversationChange } from "@/shared/store/types";
import { actionMessages } from "../actions/messages";
import { AssignPicker, LabelPicker, PriorityPicker } from "../actions/pickers";
import { SnoozeMenu } from "../actions/snooze-menu";
import { useDeeds } from "../actions/use-deeds";
import classes from "./bulk-bar.module.css";
import { type Chosen, NOTHING } from "./choosing";
import { listMessages } from "./messages";
import { PriorityIcon } from "./priority-icon";

const MOST = 200; // in one request

interface BulkBarProps {
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}

export function BulkBar({ chosen, onChoose }: BulkBarProps) {
  const t = useMessages(listMessages);
  const a = useMessages(actionMessages);
  const store = useStore();
  const deed = useDeeds();
  const [busy, setBusy] = useState(false);
  const ids = [...chosen];

  const change = async (wanted: ConversationChange, { done = true } = {}) => {
    setBusy(true);
    let well = true;
    for (let at = 0; at < ids.length; at += MOST)
      well = (await deed(ids.slice(at, at + MOST), wanted)) && well;
    setBusy(false);
    if (done && well) onChoose(NOTHING);
  };
  const onAll = ids
    .map((id) => store.state.conversations.get(id)?.label_ids ?? [])
    .reduce<readonly string[] | null>(
      (common, those) => (common ?? those).filter((id) => those.includes(id)),
      null,
    );
  const icon = { variant: "subtle", color: "gray", size: 28, disabled: busy } as const;
  return (
    <div className={classes["bar"]} role="toolbar" aria-label={a.actions} aria-busy={busy}>
      <ActionIcon
        {...icon}
        disabled={false}
        aria-label={t.unchoose}
        title={t.unchoose}
        onClick={() => onChoose(NOTHING)}
      >
        <IconX size={18} stroke={1.8} />
      </ActionIcon>
      <span className={classes["count"]} role="status">
        {t.chosen(ids.length)}
      </span>
      <AssignPicker onChange={(wanted) => void change(wanted)}>
        {(target) => (
          <ActionIcon {...icon} aria-label={a.assign} title={a.assign} {...target}>
            <IconUserPlus size={18} stroke={1.7} />
          </ActionIcon>
        )}
      </AssignPicker>
      <LabelPicker
        labelIds={onAll ?? []}
        onToggle={(id, on) =>
          void change(on ? { add_label_ids: [id] } : { remove_label_ids: [id] }, { done: false })
        }
      >
        {(target) => (
          <ActionIcon {...icon} aria-label={a.labels} title={a.labels} {...target}>
            <IconTag size={18} stroke={1.7} />
          </ActionIcon>
        )}
      </LabelPicker>
      <PriorityPicker onChange={(wanted) => void change(wanted)}>
        {(target) => (
          <ActionIcon {...icon} aria-label={t.priority} title={t.priority} {...target}>
            <PriorityIcon priority="none" size={18} />
          </ActionIcon>
        )}
      </PriorityPicker>
      <SnoozeMenu onSnooze={(wanted) => void change(wanted)}>
        <ActionIcon {...icon} aria-label={a.snooze} title={a.snooze}>
          <IconClockPause size={18} stroke={1.7} />
        </ActionIcon>
      </SnoozeMenu>
      <ActionIcon
        {...icon}
        aria-label={a.archive}
        title={a.archive}
        onClick={() => void change({ state: "archived" })}
      >
        <IconArchive size={18} stroke={1.7} />
      </ActionIcon>
      <ActionIcon
        {...icon}
        color="brand"
        variant="light"
        aria-label={a.resolve}
        title={a.resolve}
        onClick={() => void change({ state: "resolved" })}
      >
        <IconCheck size={18} stroke={2} />
      </ActionIcon>
    </div>
  );
}
