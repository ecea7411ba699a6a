/** The notes of colleagues that call oneself, behind a button that is there while there are any. */

import { ActionIcon, Indicator, Menu } from "@mantine/core";
import { IconAt } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useStore } from "@/shared/store/hooks";
import { Avatar } from "@/shared/ui/avatar";
import { type Mention, mentionsKey, mentionsQuery, readMentions } from "../api/mentions";
import { useAuthor } from "./author";
import classes from "./mentions.module.css";
import { listMessages } from "./messages";
import { nameOf, oneLine } from "./row-model";

interface MentionsProps {
  selected: string | null;
  onOpen: (conversationId: string) => void;
}

export function Mentions({ selected, onOpen }: MentionsProps) {
  const t = useMessages(listMessages);
  const store = useStore();
  const { tenant_id, can } = useTenant();
  const queryClient = useQueryClient();
  const { data: mentions = [] } = useQuery(mentionsQuery(tenant_id));
  const unread = mentions.filter((mention) => mention.read_at === null);

  useEffect(
    () =>
      store.onEvent((event) => {
        if (event.type !== "mention" || (event.data as { user_id?: string }).user_id !== store.me) return;
        void queryClient.invalidateQueries({ queryKey: mentionsKey(tenant_id) });
      }),
    [store, queryClient, tenant_id],
  );
  // Whoever opens the conversation has seen the note.
  const seen = selected !== null && unread.some((mention) => mention.conversation.id === selected);
  useEffect(() => {
    if (!seen || selected === null || !can("inbox:write")) return;
    void readMentions(tenant_id, selected)
      .then(() => queryClient.invalidateQueries({ queryKey: mentionsKey(tenant_id) }))
      .catch(() => undefined); // it stays marked, and is tried when the conversation is opened again
  }, [seen, selected, tenant_id, queryClient, can]);

  if (mentions.length === 0) return null;
  return (
    <Indicator label={unread.length} size={15} offset={7} color="brand" disabled={unread.length === 0}>
      <Menu position="bottom-end" width={320}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            aria-label={t.mentions(unread.length)}
            title={t.mentions(unread.length)}
          >
            <IconAt size={19} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown className={classes["list"] ?? ""}>
          {mentions.map((mention) => (
            <MentionItem
              key={mention.annotation.id}
              mention={mention}
              onOpen={() => {
                store.putConversation(mention.conversation);
                onOpen(mention.conversation.id);
              }}
            />
          ))}
        </Menu.Dropdown>
      </Menu>
    </Indicator>
  );
}

function MentionItem({ mention, onOpen }: { mention: Mention; onOpen: () => void }) {
  const t = useMessages(listMessages);
  const format = useFormat();
  const authorOf = useAuthor();
  const { annotation, conversation } = mention;
  const author = authorOf(annotation.author);
  return (
    <Menu.Item
      onClick={onOpen}
      leftSection={<Avatar name={author} seed={annotation.author ?? author} size={30} />}
      data-unread={mention.read_at === null || undefined}
      className={classes["item"] ?? ""}
    >
      <span className={classes["who"]}>
        <bdi>{author}</bdi> · <bdi>{nameOf(conversation.contact) ?? t.unknownPerson}</bdi>
        <time dateTime={mention.created_at}>{format.brief(mention.created_at)}</time>
      </span>
      <span className={classes["words"]}>{oneLine(annotation.body ?? null)}</span>
    </Menu.Item>
  );
}
