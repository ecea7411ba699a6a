/** Says in a conversation that nothing is sent from its number just now, and who can mend it. */

import { IconPlayerPause, IconPlugConnectedX } from "@tabler/icons-react";
import { Link } from "wouter";
import { useLanguage, useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useConversation, useDirectory, useStore } from "@/shared/store/hooks";
import { pauseMessages, pauseWords } from "@/shared/whatsapp/pause-words";
import classes from "./number-banner.module.css";
import { bannerMessages } from "./number-banner-messages";

export function NumberBanner({ conversationId }: { conversationId: string }) {
  const t = useMessages(bannerMessages);
  const causes = useMessages(pauseMessages);
  const { language } = useLanguage();
  const { tenant_id, can } = useTenant();
  const store = useStore();
  const conversation = useConversation(store.state.conversations.liveId(conversationId));
  const connection = useDirectory("connections").get(conversation?.connection_id ?? "");
  const gone = connection?.status === "revoked";
  if (!connection || !(gone || connection.pause)) return null;
  const why = connection.pause && pauseWords(connection.pause, causes, language);
  const Icon = gone ? IconPlugConnectedX : IconPlayerPause;
  return (
    <div role="status" className={classes["banner"]}>
      <Icon size={17} stroke={1.8} aria-hidden="true" />
      <p>
        <strong>{gone ? t.disconnected : t.paused}</strong> {why} {!gone && t.waits}{" "}
        {can("connections:write") ? (
          <Link href={`/t/${tenant_id}/connections`} className={classes["link"]}>
            {t.open}
          </Link>
        ) : (
          t.ask
        )}
      </p>
    </div>
  );
}
