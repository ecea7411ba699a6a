/** Who one is talking to, over which number, who else is looking; and the place for what can be done with the conversation. */

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconBrandWhatsapp } from "@tabler/icons-react";
import { type ReactNode, Suspense } from "react";
import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory, useViewers } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import { uiMessages } from "@/shared/ui/messages";
import { threadMessages } from "../messages";
import { useData } from "../thread-context";
import classes from "./thread-header.module.css";

const MOST_VIEWERS = 3;

export function ThreadHeader({ conversation, actions }: { conversation: Conversation; actions?: ReactNode }) {
  const ui = useMessages(uiMessages);
  const { tenant_id: tenantId } = useTenant();
  const { contactName } = useData();
  const { contact } = conversation;
  return (
    <header className={classes["header"]}>
      <ActionIcon
        component={Link}
        href={`/t/${tenantId}/inbox`}
        variant="subtle"
        color="gray"
        size={36}
        className={classes["back"]}
        aria-label={ui.back}
      >
        <IconArrowLeft size={20} />
      </ActionIcon>
      <Avatar name={contactName} seed={contact.id} size={38} />
      <div className={classes["who"]}>
        <h2>{contactName}</h2>
        <p>
          {contact.phone && contact.phone !== contactName && (
            <span className={classes["phone"]}>{contact.phone}</span>
          )}
          {contact.username && contactName !== `@${contact.username}` && <span>@{contact.username}</span>}
          <OverNumber conversation={conversation} />
        </p>
      </div>
      <Viewers conversationId={conversation.id} />
      <Suspense>{actions}</Suspense>
    </header>
  );
}

/** Which of our numbers the conversation is held with, where there are several. */
function OverNumber({ conversation }: { conversation: Conversation }) {
  const t = useMessages(threadMessages);
  const connections = useDirectory("connections");
  const connection = connections.get(conversation.connection_id);
  if (connections.size < 2 || !connection) return null;
  const words = [connection.name, connection.country].filter(Boolean).join(" · ");
  return (
    <span className={classes["over"]} title={t.overNumber(connection.phone ?? words)}>
      <IconBrandWhatsapp size={13} aria-hidden="true" /> {words || connection.phone}
    </span>
  );
}

function Viewers({ conversationId }: { conversationId: string }) {
  const t = useMessages(threadMessages);
  const { nameOf } = useData();
  const viewers = useViewers(conversationId);
  if (viewers.length === 0) return null;
  const names = viewers.map((viewer) => nameOf(`user:${viewer.user_id}`));
  return (
    <Tooltip label={t.viewers(names.join(", "))}>
      <div className={classes["viewers"]} role="img" aria-label={t.viewers(names.join(", "))}>
        {viewers.slice(0, MOST_VIEWERS).map((viewer, index) => (
          <span key={viewer.user_id} className={classes["viewer"]} data-typing={viewer.typing || undefined}>
            <Avatar name={names[index] ?? ""} seed={viewer.user_id} size={26} />
          </span>
        ))}
        {viewers.length > MOST_VIEWERS && (
          <span className={classes["more"]}>+{viewers.length - MOST_VIEWERS}</span>
        )}
      </div>
    </Tooltip>
  );
}
