/** One conversation in the list. Hand-written and memoised: a list of a hundred thousand scrolls through these. */

import { IconCheck, IconClockHour4, IconEye, IconPencil, IconZzz } from "@tabler/icons-react";
import { type MouseEvent, memo } from "react";
import { useFormat, useLanguage, useMessages } from "@/shared/i18n/language";
import {
  useConversation,
  useDirectory,
  useDraft,
  useHeld,
  useUnsent,
  useViewers,
} from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import classes from "./conversation-row.module.css";
import { listMessages } from "./messages";
import { PreviewLine } from "./preview-line";
import { PriorityIcon } from "./priority-icon";
import { nameOf, timeLeft, warnsOfWindow } from "./row-model";

export const ROW = 76;
const MOST_LABELS = 2;

export interface RowProps {
  id: string;
  index: number;
  /** How many there are; -1 where nobody knows yet. */
  total: number;
  start: number;
  /** Its thread is open. */
  isOpen: boolean;
  /** The keyboard stands here. */
  isActive: boolean;
  isChosen: boolean;
  /** Ticks are shown on every row, as something is ticked. */
  isChoosing: boolean;
  now: number;
  onOpen: (id: string, event: MouseEvent) => void;
  onChoose: (id: string, index: number, event: MouseEvent) => void;
}

const ROW_ID = "conversation-";

export const rowId = (id: string): string => `${ROW_ID}${id}`;

/** Which conversation's row something on the page is in. */
export function idOfRow(within: EventTarget): string | null {
  const row = within instanceof Element ? within.closest(`[id^="${ROW_ID}"]`) : null;
  return row?.id.slice(ROW_ID.length) ?? null;
}

export const ConversationRow = memo(function ConversationRow(props: RowProps) {
  const { id, index, total, start, isOpen, isActive, isChosen, isChoosing, now, onOpen, onChoose } = props;
  const t = useMessages(listMessages);
  const format = useFormat();
  const conversation = useConversation(id);
  const draft = useDraft(id);
  const held = useHeld(id).length;
  const unsent = useUnsent(id);
  if (!conversation) return null;
  const name = nameOf(conversation.contact) ?? t.unknownPerson;
  const at = conversation.last_message_at;
  const unread = conversation.unread_count;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names the active row
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
    <div
      id={rowId(id)}
      role="option"
      aria-selected={isChosen}
      aria-current={isOpen || undefined}
      aria-posinset={index + 1}
      aria-setsize={total}
      className={classes["row"]}
      data-active={isActive || undefined}
      data-unread={unread > 0 || undefined}
      data-choosing={isChoosing || undefined}
      style={{ transform: `translateY(${start}px)` }}
      onClick={(event) => onOpen(id, event)}
    >
      {/* With the keyboard it is Space. */}
      <span
        className={classes["face"]}
        title={t.tick}
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          onChoose(id, index, event);
        }}
      >
        <Avatar name={name} seed={conversation.contact.id} size={42} />
        <span className={classes["box"]} data-checked={isChosen || undefined} aria-hidden="true">
          {isChosen && <IconCheck size={15} stroke={3} />}
        </span>
      </span>
      <span className={classes["name"]}>
        <bdi>{name}</bdi>
      </span>
      {at && (
        <time className={classes["time"]} dateTime={at}>
          {format.brief(at, now)}
        </time>
      )}
      <PreviewLine last={conversation.last_message} draft={draft} held={held} unsent={unsent} />
      {unread > 0 && (
        <span className={classes["unread"]} role="img" aria-label={t.unread(unread)}>
          {unread > 99 ? "99+" : unread}
        </span>
      )}
      <Marks conversation={conversation} now={now} />
    </div>
  );
});

/** The third line: what there is to know beside the words. */
function Marks({ conversation, now }: { conversation: Conversation; now: number }) {
  const labels = useDirectory("labels");
  const connections = useDirectory("connections");
  const those = (conversation.label_ids ?? []).flatMap((id) => labels.get(id) ?? []);
  const number = connections.size > 1 ? connections.get(conversation.connection_id) : undefined;
  return (
    <span className={classes["marks"]}>
      <PriorityMark conversation={conversation} />
      <WindowMark conversation={conversation} now={now} />
      <StateMark conversation={conversation} />
      {number && (
        <span className={classes["number"]} title={number.phone ?? undefined}>
          {number.country ?? ""} {number.phone ? `…${number.phone.slice(-3)}` : number.name}
        </span>
      )}
      {those.slice(0, MOST_LABELS).map((label) => (
        <span className={classes["label"]} key={label.id}>
          <span className={classes["swatch"]} style={{ background: label.color }} aria-hidden="true" />
          <bdi>{label.name}</bdi>
        </span>
      ))}
      {those.length > MOST_LABELS && <span className={classes["number"]}>+{those.length - MOST_LABELS}</span>}
      <People conversation={conversation} />
    </span>
  );
}

/** What is pressing says so in a word, the others by their sign; read aloud, each says what it is about. */
function PriorityMark({ conversation: { priority = "none" } }: { conversation: Conversation }) {
  const t = useMessages(listMessages);
  if (priority === "none") return null;
  const word = t.priorities[priority];
  const told = t.priorityIs(word);
  const isPressing = priority === "high" || priority === "urgent";
  return (
    <span
      className={classes[isPressing ? "pressing" : "state"]}
      data-priority={priority}
      role="img"
      aria-label={told}
      title={told}
    >
      <PriorityIcon priority={priority} size={13} />
      {isPressing && word}
    </span>
  );
}

function WindowMark({ conversation, now }: { conversation: Conversation; now: number }) {
  const t = useMessages(listMessages);
  const { language } = useLanguage();
  if (!conversation.window_closes_at || !warnsOfWindow(conversation, now)) return null;
  const { value, unit } = timeLeft(conversation.window_closes_at, now);
  const short = (unitDisplay: "narrow" | "long") =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay }).format(value);
  return (
    <span
      className={classes["closing"]}
      role="img"
      aria-label={t.closesIn(short("long"))}
      title={t.closesIn(short("long"))}
    >
      <IconClockHour4 size={12} stroke={2} aria-hidden="true" />
      {t.closesShort(short("narrow"))}
    </span>
  );
}

function StateMark({ conversation }: { conversation: Conversation }) {
  const t = useMessages(listMessages);
  const format = useFormat();
  if (conversation.state === "snoozed") {
    const until = conversation.snoozed_until;
    const told = until ? t.snoozedUntil(format.dateTime(until)) : t.states.snoozed;
    return (
      <span className={classes["state"]} role="img" aria-label={told} title={told}>
        <IconZzz size={13} stroke={2} aria-hidden="true" />
        {until ? format.brief(until) : t.states.snoozed}
      </span>
    );
  }
  if (conversation.state === "open" || conversation.state === "waiting") return null;
  return <span className={classes["state"]}>{t.states[conversation.state]}</span>;
}

/** Who has it, and who is at it just now. */
function People({ conversation }: { conversation: Conversation }) {
  const t = useMessages(listMessages);
  const people = useDirectory("people");
  const teams = useDirectory("teams");
  const viewers = useViewers(conversation.id);
  const assignee = conversation.assignee_id ? people.get(conversation.assignee_id) : undefined;
  const team = conversation.team_id ? teams.get(conversation.team_id) : undefined;
  const viewer = viewers.find((one) => one.typing) ?? viewers[0];
  const who = viewer && (people.get(viewer.user_id)?.name ?? t.unknownPerson);
  const told = viewer && who && (viewer.typing ? t.typing(who) : t.viewing(who));
  return (
    <span className={classes["people"]}>
      {viewer && who && (
        <span className={classes["viewer"]} role="img" aria-label={told} title={told}>
          {viewer.typing ? (
            <IconPencil size={13} stroke={2} aria-hidden="true" />
          ) : (
            <IconEye size={13} stroke={2} aria-hidden="true" />
          )}
          {who.split(" ")[0]}
        </span>
      )}
      {team && <span className={classes["team"]}>{team.name}</span>}
      {assignee && (
        <span
          className={classes["assignee"]}
          role="img"
          aria-label={t.assignedTo(assignee.name)}
          title={t.assignedTo(assignee.name)}
        >
          <Avatar name={assignee.name} seed={assignee.user_id} size={18} />
        </span>
      )}
    </span>
  );
}
