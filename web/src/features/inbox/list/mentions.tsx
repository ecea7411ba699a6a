/** The notes of colleagues that call oneself, behind a button that is there while there are any. */

import { Indicator } from "@mantine/core";
import { IconAt } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, useEffect } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useStore } from "@/shared/store/hooks";
import { OverlayOnDemand } from "@/shared/ui/overlay-on-demand";
import { mentionsKey, mentionsQuery, readMentions } from "../api/mentions";
import { HeadButton } from "./head-button";
import { listMessages } from "./messages";

const load = () => import("./mentions-menu");
const Menu = lazy(async () => ({ default: (await load()).MentionsMenu }));

interface MentionsProps {
  selected: string | null;
  /** Opens a conversation at one of its notes. */
  onOpen: (conversationId: string, noteId: string) => void;
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
        const isForMe = event.type === "mention" && (event.data as { user_id?: string }).user_id === store.me;
        // A note that is deleted calls nobody any more.
        if (isForMe || event.type === "annotation_changed")
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
  const words = t.mentions(unread.length);
  return (
    <OverlayOnDemand
      load={load}
      overlay={Menu}
      given={{ mentions, onOpen }}
      as={HeadButton}
      button={{
        "aria-label": words,
        title: words,
        // At the icon and not at the button, which is larger under a thumb.
        children: (
          <Indicator label={unread.length} size={15} offset={1} color="brand" disabled={unread.length === 0}>
            <IconAt size={19} stroke={1.7} display="block" />
          </Indicator>
        ),
      }}
    />
  );
}
