/** What one does with the conversation that is open: in the header of its thread. Its keys work wherever the focus is. */

import { ActionIcon, Button, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconCheck,
  IconChevronsRight,
  IconClockPause,
  IconLayoutSidebarRight,
  IconTag,
  IconUserPlus,
} from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { runShortcut, useShortcut } from "@/shared/keys/use-shortcut";
import { contactPane } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import { useTenant } from "@/shared/session/session-context";
import { useConversation, useDirectory } from "@/shared/store/hooks";
import type { ConversationChange } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { listMessages } from "../list/messages";
import { PriorityIcon } from "../list/priority-icon";
import { nameOf } from "../list/row-model";
import classes from "./conversation-actions.module.css";
import { ConversationMenu } from "./conversation-menu";
import { actionMessages } from "./messages";
import { AssignPicker, LabelPicker, PriorityPicker } from "./pickers";
import { SnoozeMenu } from "./snooze-menu";
import { useDeeds } from "./use-deeds";

export function ConversationActions({ conversationId }: { conversationId: string }) {
  const t = useMessages(actionMessages);
  const l = useMessages(listMessages);
  const { can } = useTenant();
  const conversation = useConversation(conversationId);
  const people = useDirectory("people");
  const deed = useDeeds();
  const side = useSignal(contactPane);
  const [blocking, setBlocking] = useState(false);
  const [openings, setOpenings] = useState({ assign: 0, labels: 0, priority: 0, snooze: 0 });

  const able = can("inbox:write") && conversation !== undefined;
  const change = (wanted: ConversationChange) => void deed([conversationId], wanted);
  const open = (what: keyof typeof openings) =>
    setOpenings((known) => ({ ...known, [what]: known[what] + 1 }));
  const ended = conversation && ["resolved", "archived", "blocked"].includes(conversation.state);
  const resolve = () => change({ state: ended ? "open" : "resolved" });
  const togglePane = () => contactPane.set(isPaneShown(side) ? "closed" : "open");

  useShortcut("resolve", able ? resolve : null);
  const resolveAndNext = () => {
    runShortcut("next");
    change({ state: "resolved" });
  };
  useShortcut("resolveAndNext", able && !ended ? resolveAndNext : null);
  useShortcut("snooze", able && !ended ? () => open("snooze") : null);
  useShortcut("assign", able ? () => open("assign") : null);
  useShortcut("labels", able ? () => open("labels") : null);
  useShortcut("priority", able ? () => open("priority") : null);
  useShortcut("unread", able ? () => change({ unread: true }) : null);
  useShortcut("contactPane", togglePane);

  if (!conversation) return null;
  const assignee = conversation.assignee_id ? people.get(conversation.assignee_id) : undefined;
  const assigneeName = assignee?.name ?? l.unknownPerson;
  const labels = conversation.label_ids ?? [];
  const priority = conversation.priority ?? "none";
  const urgency = priority === "none" ? l.priority : l.priorityIs(l.priorities[priority]);
  const toggleLabel = (id: string, on: boolean) =>
    change(on ? { add_label_ids: [id] } : { remove_label_ids: [id] });
  return (
    <div className={classes["actions"]} role="toolbar" aria-label={t.actions}>
      {able && (
        <>
          <AssignPicker
            assigneeId={conversation.assignee_id ?? null}
            teamId={conversation.team_id ?? null}
            onChange={change}
            opening={openings.assign}
          >
            {(target) => (
              <button
                type="button"
                className={classes["assignee"]}
                aria-label={conversation.assignee_id ? `${t.assign}: ${assigneeName}` : t.assign}
                {...target}
              >
                {assignee ? (
                  <Avatar name={assignee.name} seed={assignee.user_id} size={22} />
                ) : (
                  <IconUserPlus size={18} stroke={1.7} aria-hidden="true" />
                )}
                <span className={classes["who"]}>{conversation.assignee_id ? assigneeName : t.assign}</span>
              </button>
            )}
          </AssignPicker>
          <LabelPicker labelIds={labels} onToggle={toggleLabel} opening={openings.labels}>
            {(target) => (
              <ActionIcon
                className={classes["secondary"] ?? ""}
                variant="subtle"
                color="gray"
                size={34}
                aria-label={t.labels}
                title={t.labels}
                {...target}
              >
                <IconTag size={18} stroke={1.7} />
              </ActionIcon>
            )}
          </LabelPicker>
          <PriorityPicker priority={priority} onChange={change} opening={openings.priority}>
            {(target) => (
              <ActionIcon
                className={classes["secondary"] ?? ""}
                variant="subtle"
                color={priority === "urgent" ? "red" : "gray"}
                size={34}
                aria-label={urgency}
                title={urgency}
                {...target}
              >
                <PriorityIcon priority={priority} size={18} />
              </ActionIcon>
            )}
          </PriorityPicker>
          {!ended && (
            <SnoozeMenu onSnooze={change} opening={openings.snooze}>
              <ActionIcon
                className={classes["secondary"] ?? ""}
                variant="subtle"
                color="gray"
                size={34}
                aria-label={t.snooze}
                title={t.snooze}
              >
                <IconClockPause size={18} stroke={1.7} />
              </ActionIcon>
            </SnoozeMenu>
          )}
          <Button
            size="compact-sm"
            variant={ended ? "default" : "light"}
            aria-label={endedWord()}
            leftSection={
              ended ? <IconArrowBackUp size={16} stroke={1.8} /> : <IconCheck size={16} stroke={2} />
            }
            className={classes["resolve"]}
            onClick={resolve}
          >
            <span className={classes["who"]}>{endedWord()}</span>
          </Button>
          {!ended && (
            <ActionIcon
              className={classes["next"] ?? ""}
              variant="light"
              size={26}
              aria-label={t.resolveAndNext}
              title={t.resolveAndNext}
              onClick={resolveAndNext}
            >
              <IconChevronsRight size={16} stroke={2} />
            </ActionIcon>
          )}
          <ConversationMenu state={conversation.state} onChange={change} onBlock={() => setBlocking(true)} />
        </>
      )}
      <Tooltip label={t.contactPane}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={34}
          aria-label={t.contactPane}
          aria-pressed={isPaneShown(side)}
          onClick={togglePane}
        >
          <IconLayoutSidebarRight size={18} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      <ConfirmDialog
        opened={blocking}
        onClose={() => setBlocking(false)}
        title={t.blockTitle(nameOf(conversation.contact) ?? "")}
        confirm={t.blockConfirm}
        danger
        onConfirm={() => deed([conversationId], { state: "blocked" })}
      >
        {t.blockWords}
      </ConfirmDialog>
    </div>
  );

  function endedWord(): string {
    if (!ended) return t.resolve;
    return conversation?.state === "blocked" ? t.unblock : t.reopen;
  }
}

/** `auto` shows it where there is room for it. */
function isPaneShown(side: string): boolean {
  return side === "open" || (side === "auto" && matchMedia("(min-width: 1180px)").matches);
}
