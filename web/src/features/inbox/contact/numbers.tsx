/** The same person's conversations with other numbers of ours. */

import { IconMessage2 } from "@tabler/icons-react";
import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useDirectory } from "@/shared/store/hooks";
import type { Conversation } from "@/shared/store/types";
import type { ContactDetail } from "../api/contacts";
import classes from "./contact-pane.module.css";
import { contactMessages } from "./messages";

export function Numbers({ conversation, detail }: { conversation: Conversation; detail: ContactDetail }) {
  const t = useMessages(contactMessages);
  const { tenant_id } = useTenant();
  const connections = useDirectory("connections");
  const others = detail.conversations.filter((one) => one.id !== conversation.id);
  if (others.length === 0) return null;
  return (
    <section className={classes["section"]}>
      <h3 className={classes["heading"]}>{t.numbers}</h3>
      {others.map(({ id, connection_id }) => {
        const number = connections.get(connection_id);
        return (
          <Link key={id} href={`/t/${tenant_id}/inbox/${id}`} className={classes["link"]}>
            <IconMessage2 size={17} stroke={1.7} aria-hidden="true" />
            <span className={classes["country"]}>{number?.country ?? "–"}</span>
            <bdi>{number?.name ?? number?.phone ?? id}</bdi>
          </Link>
        );
      })}
    </section>
  );
}
