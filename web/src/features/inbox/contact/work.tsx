/** Whose conversation it is, what it is about, and where it stands. */

import { Button, Group } from "@mantine/core";
import {
  IconArrowBackUp,
  IconCheck,
  IconClockPause,
  IconPlus,
  IconUserPlus,
  IconUsers,
  IconX,
} from "@tabler/icons-react";
import { useFormat, useLanguage, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import type { Conversation, ConversationChange } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import { actionMessages } from "../actions/messages";
import { AssignPicker, LabelPicker, PriorityPicker } from "../actions/pickers";
import { SnoozeMenu } from "../actions/snooze-menu";
import { useDeeds } from "../actions/use-deeds";
import { listMessages } from "../list/messages";
import { PriorityIcon } from "../list/priority-icon";
import { timeLeft, windowOf } from "../list/row-model";
import { useNow } from "../list/use-now";
import classes from "./contact-pane.module.css";
import { contactMessages } from "./messages";

export function Work({ conversation }: { conversation: Conversation }) {
  const t = useMessages(contactMessages);
  const a = useMessages(actionMessages);
  const l = useMessages(listMessages);
  const format = useFormat();
  const { can } = useTenant();
  const people = useDirectory("people");
  const teams = useDirectory("teams");
  const deed = useDeeds();
  const able = can("inbox:write");
  const change = (wanted: ConversationChange) => deed([conversation.id], wanted);
  const assignee = conversation.assignee_id ? people.get(conversation.assignee_id) : undefined;
  const team = conversation.team_id ? teams.get(conversation.team_id) : undefined;
  const { state, priority = "none" } = conversation;
  const ended = state === "resolved" || state === "archived" || state === "blocked";
  return (
    <section className={classes["section"]} aria-label={t.work}>
      <div className={classes["field"]}>
        <span className={classes["term"]}>{t.assignee}</span>
        <AssignPicker
          assigneeId={conversation.assignee_id ?? null}
          teamId={conversation.team_id ?? null}
          onChange={(wanted) => void change(wanted)}
        >
          {(target) => (
            <button type="button" className={classes["pick"]} disabled={!able} {...target}>
              {assignee ? (
                <Avatar name={assignee.name} seed={assignee.user_id} size={22} />
              ) : (
                <IconUserPlus size={17} stroke={1.7} aria-hidden="true" />
              )}
              <span>{assignee?.name ?? (conversation.assignee_id ? l.unknownPerson : a.nobody)}</span>
            </button>
          )}
        </AssignPicker>
        {team && (
          <>
            <span className={classes["term"]}>{t.team}</span>
            <span className={classes["quiet"]}>
              <IconUsers size={15} stroke={1.7} aria-hidden="true" /> {team.name}
            </span>
          </>
        )}
      </div>
      <Labels conversation={conversation} able={able} onChange={(wanted) => void change(wanted)} />
      <div className={classes["field"]}>
        <span className={classes["term"]}>{l.priority}</span>
        <PriorityPicker priority={priority} onChange={(wanted) => void change(wanted)}>
          {(target) => (
            <button
              type="button"
              className={classes["pick"]}
              disabled={!able}
              aria-label={l.priorityIs(l.priorities[priority])}
              {...target}
            >
              <PriorityIcon priority={priority} size={17} />
              <span>{l.priorities[priority]}</span>
            </button>
          )}
        </PriorityPicker>
      </div>
      <div className={classes["field"]}>
        <span className={classes["term"]}>{t.state}</span>
        <span>
          {t.stateWords[state]}
          {conversation.snoozed_until && (
            <span className={classes["quiet"]}>
              {" "}
              {t.snoozedUntil(format.brief(conversation.snoozed_until))}
            </span>
          )}
        </span>
      </div>
      {able && (
        <Group gap={6} mt={4}>
          <Button
            size="compact-sm"
            variant={ended ? "default" : "light"}
            leftSection={ended ? <IconArrowBackUp size={15} /> : <IconCheck size={15} />}
            onClick={() => void change({ state: ended ? "open" : "resolved" })}
          >
            {ended ? (state === "blocked" ? t.unblock : a.reopen) : a.resolve}
          </Button>
          {!ended && (
            <SnoozeMenu onSnooze={(wanted) => void change(wanted)}>
              <Button size="compact-sm" variant="default" leftSection={<IconClockPause size={15} />}>
                {a.snooze}
              </Button>
            </SnoozeMenu>
          )}
        </Group>
      )}
      <WindowLine conversation={conversation} />
    </section>
  );
}

interface LabelsProps {
  conversation: Conversation;
  able: boolean;
  onChange: (change: ConversationChange) => void;
}

function Labels({ conversation, able, onChange }: LabelsProps) {
  const t = useMessages(contactMessages);
  const labels = useDirectory("labels");
  const ids = conversation.label_ids ?? [];
  return (
    <div className={classes["field"]}>
      <span className={classes["term"]}>{t.labels}</span>
      <span className={classes["labels"]}>
        {ids
          .flatMap((id) => labels.get(id) ?? [])
          .map((label) => (
            <span className={classes["label"]} key={label.id}>
              <span className={classes["swatch"]} style={{ background: label.color }} aria-hidden="true" />
              <bdi>{label.name}</bdi>
              {able && (
                <button
                  type="button"
                  className={classes["remove"]}
                  aria-label={t.removeLabel(label.name)}
                  onClick={() => onChange({ remove_label_ids: [label.id] })}
                >
                  <IconX size={12} stroke={2.2} />
                </button>
              )}
            </span>
          ))}
        {able && (
          <LabelPicker
            labelIds={ids}
            onToggle={(id, on) => onChange(on ? { add_label_ids: [id] } : { remove_label_ids: [id] })}
          >
            {(target) => (
              <button type="button" className={classes["add"]} {...target}>
                <IconPlus size={13} stroke={2} aria-hidden="true" />
                {t.addLabel}
              </button>
            )}
          </LabelPicker>
        )}
      </span>
    </div>
  );
}

function WindowLine({ conversation }: { conversation: Conversation }) {
  const t = useMessages(contactMessages);
  const { language } = useLanguage();
  const now = useNow(30_000);
  const window = windowOf(conversation, now);
  if (window === "none" || window === "closed" || !conversation.window_closes_at) {
    return <p className={classes["window"]}>{window === "none" ? t.windowNone : t.windowClosed}</p>;
  }
  const { value, unit } = timeLeft(conversation.window_closes_at, now);
  const left = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value);
  return (
    <p className={classes["window"]} data-tone={window === "closing" ? "warn" : undefined}>
      {t.windowOpen(left)}
    </p>
  );
}
