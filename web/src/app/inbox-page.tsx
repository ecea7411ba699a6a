/** The inbox: the app puts together what the features `inbox` and `thread` draw. Widths and what hides when: inbox-page.module.css. */

import { IconMessages } from "@tabler/icons-react";
import { useParams, useSearchParams } from "wouter";
import { ContactPane } from "@/features/inbox/contact-pane";
import { ListPane } from "@/features/inbox/list-pane";
import { ThreadPane } from "@/features/thread/thread-pane";
import { useMessages } from "@/shared/i18n/language";
import { contactPane } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import { EmptyState } from "@/shared/ui/empty-state";
import classes from "./inbox-page.module.css";
import { frameMessages } from "./layout/messages";

export function InboxPage() {
  const t = useMessages(frameMessages);
  const selected = useParams<{ conversation?: string }>().conversation ?? null;
  const [search] = useSearchParams();
  const side = useSignal(contactPane);
  return (
    <div className={classes["panes"]} data-open={selected ? "thread" : "list"} data-side={side}>
      <section className={classes["list"]} aria-label={t.conversations}>
        <ListPane selected={selected} />
      </section>
      <section className={classes["thread"]} aria-label={t.conversation}>
        {selected ? (
          <ThreadPane conversationId={selected} messageId={search.get("message")} />
        ) : (
          <EmptyState icon={<IconMessages size={26} stroke={1.6} />} title={t.chooseConversation}>
            {t.chooseConversationHint}
          </EmptyState>
        )}
      </section>
      {selected && side !== "closed" && (
        <aside className={classes["side"]} aria-label={t.contact}>
          <ContactPane conversationId={selected} />
        </aside>
      )}
    </div>
  );
}
