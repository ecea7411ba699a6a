/** The lines in the middle of a thread: days, where the unread begin, what nobody wrote, what colleagues did. */

import {
  IconArrowsShuffle,
  IconCircleCheck,
  IconClock,
  IconFlag,
  IconHandStop,
  IconPhone,
  IconPhoneOff,
  IconRefresh,
  IconTag,
  IconUser,
  IconUsers,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { own } from "@/shared/lib/own";
import type { Annotation, Message } from "@/shared/store/types";
import { useToday } from "../components/use-clock";
import { threadMessages } from "../messages";
import { type Activity, activityOf } from "../model/activity";
import { type Shape, shapeOf } from "../model/shape";
import { useData } from "../thread-context";
import classes from "./middle-lines.module.css";

type Icon = ComponentType<{ size?: number | string }>;

export function DayLine({ at }: { at: string }) {
  const format = useFormat();
  const today = useToday();
  return (
    <div className={classes["middle"]}>
      <span className={classes["day"]}>{format.day(at, today)}</span>
    </div>
  );
}

/** Above the first message that came while the reader was elsewhere. */
export function UnreadLine({ count }: { count: number }) {
  const t = useMessages(threadMessages);
  const words = t.newMessages(count);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule (hr) holds no words
    <div className={classes["unread"]} role="separator" aria-label={words}>
      <span>{words}</span>
    </div>
  );
}

export function SystemLine({ message }: { message: Message }) {
  const format = useFormat();
  const { words, icon: IconOf } = useSystemWords(shapeOf(message));
  return (
    <div className={classes["middle"]}>
      <span className={classes["system"]}>
        <IconOf size={14} aria-hidden="true" />
        <span>{words}</span>
        <time dateTime={message.created_at} title={format.full(message.created_at)}>
          {format.time(message.created_at)}
        </time>
      </span>
    </div>
  );
}

function useSystemWords(shape: Shape): {
  words: string;
  icon: ComponentType<{ size?: number | string; "aria-hidden"?: "true" }>;
} {
  const t = useMessages(threadMessages);
  const format = useFormat();
  switch (shape.kind) {
    case "welcome":
      return { words: t.welcome, icon: IconHandStop };
    case "call":
      return { words: shape.missed ? t.callMissed : t.callIn, icon: shape.missed ? IconPhoneOff : IconPhone };
    case "call_permission": {
      const until =
        shape.expiresAt === null || shape.permanent ? null : format.dateTime(shape.expiresAt * 1000);
      const allowed = until === null ? t.callAllowed : t.callAllowedUntil(until);
      return {
        words: shape.granted ? allowed : t.callRefused,
        icon: shape.granted ? IconPhone : IconPhoneOff,
      };
    }
    case "system": {
      const known: Record<string, string> = {
        user_changed_number: t.changedNumber,
        user_changed_user_id: t.changedUserId,
        customer_changed_number: t.changedNumber,
        customer_identity_changed: t.changedUserId,
      };
      return { words: own(known, shape.event ?? "") ?? shape.body ?? t.systemOther, icon: IconRefresh };
    }
    default:
      return { words: "", icon: IconRefresh };
  }
}

const ACTIVITY_ICONS: Record<Activity["kind"], Icon> = {
  assignee: IconUser,
  team: IconUsers,
  labels: IconTag,
  priority: IconFlag,
  state: IconCircleCheck,
  snoozed: IconClock,
  merged: IconArrowsShuffle,
  other: IconRefresh,
};

export function ActivityLine({ annotation }: { annotation: Annotation }) {
  const format = useFormat();
  const activity = activityOf(annotation);
  const words = useActivityWords(annotation, activity);
  const IconOf = ACTIVITY_ICONS[activity.kind];
  return (
    <div className={classes["middle"]}>
      <span className={classes["activity"]}>
        <IconOf size={13} />
        <span>{words}</span>
        <time dateTime={annotation.created_at} title={format.full(annotation.created_at)}>
          {format.time(annotation.created_at)}
        </time>
      </span>
    </div>
  );
}

function useActivityWords(annotation: Annotation, activity: Activity): string {
  const t = useMessages(threadMessages);
  const format = useFormat();
  const { nameOf } = useData();
  const words = t.activity;
  const who = annotation.author === null ? t.automation : nameOf(annotation.author);
  switch (activity.kind) {
    case "assignee": {
      if (activity.to === null) return words.unassigned(who);
      if (`user:${activity.to}` === annotation.author) return words.assignedSelf(who);
      return words.assigned(who, nameOf(`user:${activity.to}`));
    }
    case "team":
      return activity.to === null ? words.teamless(who) : words.team(who, activity.to);
    case "labels": {
      const added = activity.added.join(", ");
      const removed = activity.removed.join(", ");
      if (added && removed) return `${words.labelled(who, added)} · ${words.unlabelled(who, removed)}`;
      return added ? words.labelled(who, added) : words.unlabelled(who, removed);
    }
    case "snoozed":
      return words.snoozedUntil(who, format.dateTime(activity.until));
    case "state": {
      const states: Record<string, ((who: string) => string) | undefined> = words.state;
      return (states[activity.to] ?? words.other)(who);
    }
    case "priority": {
      const priorities: Record<string, ((who: string) => string) | undefined> = words.priority;
      return (own(priorities, activity.to) ?? words.other)(who);
    }
    case "merged":
      return words.merged;
    default:
      return words.other(who);
  }
}
