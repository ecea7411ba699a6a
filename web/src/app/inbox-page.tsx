/** The inbox: the app puts together what the features `inbox` and `thread` draw. Widths and what hides when: inbox-page.module.css. */

import { IconMessages } from "@tabler/icons-react";
import { Suspense } from "react";
import { useParams, useSearchParams } from "wouter";
import { LiveBanner } from "@/features/inbox/list/live-banner";
import { ListPane } from "@/features/inbox/list-pane";
import { useMessages } from "@/shared/i18n/language";
import { contactPane } from "@/shared/lib/frame";
import { useSignal } from "@/shared/lib/signal";
import { useTopic } from "@/shared/store/hooks";
import { EmptyState } from "@/shared/ui/empty-state";
import { part } from "@/shared/ui/part";
import classes from "./inbox-page.module.css";
import { frameMessages } from "./layout/messages";

// The list paints first; what a conversation needs comes right behind it, before anybody can have chosen one.
const loadThread = () => import("@/features/thread/thread-pane");
const loadForm = () => import("@/features/thread/templates/template-form");
const loadActions = () => import("@/features/inbox/actions/conversation-actions");
const loadBanner = () => import("@/features/inbox/number-banner");
const loadContact = () => import("@/features/inbox/contact-pane");
const loadConsent = () => import("@/features/consent/contact-consent");
const ThreadPane = part(async () => (await loadThread()).ThreadPane);
const TemplateForm = part(async () => (await loadForm()).TemplateForm);
const ConversationActions = part(async () => (await loadActions()).ConversationActions);
const NumberBanner = part(async () => (await loadBanner()).NumberBanner);
const ContactPane = part(async () => (await loadContact()).ContactPane);
const ContactConsent = part(async () => (await loadConsent()).ContactConsent);

function loadAhead(): void {
  loadThread().catch(() => {}); // a failure is told where the pane is wanted
  loadActions().catch(() => {});
  loadBanner().catch(() => {});
  loadContact().catch(() => {});
  loadConsent().catch(() => {});
}

export function InboxPage() {
  const t = useMessages(frameMessages);
  const selected = useSelected();
  const [search] = useSearchParams();
  const side = useSignal(contactPane);
  return (
    <div className={classes["panes"]} data-open={selected ? "thread" : "list"} data-side={side}>
      <section className={classes["list"]} aria-label={t.conversations}>
        <ListPane selected={selected} onShown={loadAhead} templateForm={TemplateForm} />
      </section>
      <section className={classes["thread"]} aria-label={t.conversation}>
        {selected ? (
          <Suspense>
            <ThreadPane
              conversationId={selected}
              messageId={search.get("message")}
              actions={<ConversationActions conversationId={selected} />}
              notices={
                <>
                  <div className={classes["live"]}>
                    <LiveBanner />
                  </div>
                  <Suspense>
                    <NumberBanner conversationId={selected} />
                  </Suspense>
                </>
              }
            />
          </Suspense>
        ) : (
          <EmptyState icon={<IconMessages size={26} stroke={1.6} />} title={t.chooseConversation}>
            {t.chooseConversationHint}
          </EmptyState>
        )}
      </section>
      {selected && side !== "closed" && (
        <aside className={classes["side"]} aria-label={t.contact}>
          <Suspense>
            <ContactPane
              conversationId={selected}
              consent={(contact) => (
                <Suspense>
                  <ContactConsent contact={contact} key={contact.id} />
                </Suspense>
              )}
            />
          </Suspense>
        </aside>
      )}
    </div>
  );
}

/** The conversation that the address names, by the id it goes by now: one that was merged goes on as what it is part of. */
function useSelected(): string | null {
  const named = useParams<{ conversation?: string }>().conversation ?? null;
  return useTopic(`conversation/${named}`, ({ state }) =>
    named === null ? null : state.conversations.liveId(named),
  );
}
