/** Who it is and what WhatsApp calls them, their number to copy, and what they said of marketing messages. */

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import type { Conversation } from "@/shared/store/types";
import { Avatar } from "@/shared/ui/avatar";
import { useCopy } from "@/shared/ui/use-copy";
import type { ContactDetail } from "../api/contacts";
import { listMessages } from "../list/messages";
import { nameOf } from "../list/row-model";
import classes from "./contact-pane.module.css";
import { contactMessages } from "./messages";
import { Rename } from "./rename";

const TONE = { stop: "warn", resume: "good", signup: "good" } as const;

interface ContactHeadProps {
  conversation: Conversation;
  /** What else is known of the person; undefined until it is loaded. */
  detail: ContactDetail | undefined;
}

export function ContactHead({ conversation, detail }: ContactHeadProps) {
  const { contact } = conversation;
  const { can } = useTenant();
  const t = useMessages(contactMessages);
  const l = useMessages(listMessages);
  const name = nameOf(contact) ?? l.unknownPerson;
  const word = (["stop", "resume", "signup"] as const).find((one) => one === contact.marketing);
  return (
    <header className={classes["head"]}>
      <Avatar name={name} seed={contact.id} size={68} />
      <div className={classes["named"]}>
        <h2 className={classes["name"]}>
          <bdi>{name}</bdi>
        </h2>
        {detail && can("inbox:write") && <Rename conversation={conversation} detail={detail} />}
      </div>
      {detail?.contact.profile_name && detail.contact.profile_name !== contact.name && (
        <span className={classes["quiet"]}>
          {t.atWhatsApp} <bdi>{detail.contact.profile_name}</bdi>
        </span>
      )}
      {contact.username && contact.name && <bdi className={classes["quiet"]}>@{contact.username}</bdi>}
      {contact.phone && (
        <span className={classes["phone"]}>
          <bdi>{contact.phone}</bdi>
          <Copy text={contact.phone} />
        </span>
      )}
      {word && (
        <span className={classes["badge"]} data-tone={TONE[word]}>
          {t.marketing[word]}
        </span>
      )}
    </header>
  );
}

function Copy({ text }: { text: string }) {
  const t = useMessages(contactMessages);
  const { copied, word, refusal, copy } = useCopy(text);
  return (
    <Tooltip
      label={refusal ?? (copied ? word : t.copyPhone)}
      opened={copied || refusal !== null || undefined}
      multiline
      maw={260}
    >
      <ActionIcon
        variant="subtle"
        color="gray"
        size={26}
        aria-label={copied ? word : t.copyPhone}
        onClick={copy}
      >
        {copied ? <IconCheck size={15} stroke={2} /> : <IconCopy size={15} stroke={1.7} />}
      </ActionIcon>
    </Tooltip>
  );
}
