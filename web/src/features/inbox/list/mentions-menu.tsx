/** The notes that call oneself, newest first, with the button they hang from: each opens its conversation there. */

import { Menu } from "@mantine/core";
import { useFormat, useMessages } from "@/shared/i18n/language";
import { useStore } from "@/shared/store/hooks";
import { Avatar } from "@/shared/ui/avatar";
import { type OverlayProps, useOpenAtOnce } from "@/shared/ui/overlay-on-demand";
import type { Mention } from "../api/mentions";
import { useAuthor } from "./author";
import { HeadButton } from "./head-button";
import classes from "./mentions.module.css";
import { listMessages } from "./messages";
import { nameOf, oneLine } from "./row-model";

interface MentionsMenuProps {
  mentions: readonly Mention[];
  onOpen: (conversationId: string, noteId: string) => void;
}

export function MentionsMenu({ mentions, onOpen, button }: MentionsMenuProps & OverlayProps) {
  const store = useStore();
  const { target, opened, setOpened } = useOpenAtOnce();
  return (
    <Menu position="bottom-end" width={320} opened={opened} onChange={setOpened}>
      <Menu.Target>
        <HeadButton {...button} ref={target} />
      </Menu.Target>
      <Menu.Dropdown className={classes["list"] ?? ""}>
        {mentions.map((mention) => (
          <MentionItem
            key={mention.annotation.id}
            mention={mention}
            onOpen={() => {
              store.putConversation(mention.conversation);
              onOpen(mention.conversation.id, mention.annotation.id);
            }}
          />
        ))}
      </Menu.Dropdown>
    </Menu>
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
