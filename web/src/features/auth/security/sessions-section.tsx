/** Where one is signed in: end what one does not know, or everything. */

import { Button } from "@mantine/core";
import { IconDeviceDesktop } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { browserName } from "@/shared/lib/browser-name";
import { signOut } from "@/shared/session/sign-out";
import { ConfirmDialog } from "@/shared/ui/confirm-dialog";
import { ErrorState } from "@/shared/ui/error-state";
import { tellSaved } from "@/shared/ui/notices";
import { Row, Rows } from "@/shared/ui/rows";
import { SettingsSection } from "@/shared/ui/settings-section";
import { ListSkeleton } from "@/shared/ui/skeletons";
import { Time } from "@/shared/ui/time";
import { type OwnSession, useEndSession, useSessions } from "../api/sessions";
import { securityMessages } from "./messages";
import classes from "./security.module.css";

type Asking = { end: OwnSession } | "others" | "everywhere" | null;

export function SessionsSection({ proved }: { proved: <T>(act: () => Promise<T>) => Promise<T> }) {
  const t = useMessages(securityMessages);
  const { data, error, isPending, refetch } = useSessions();
  const [asking, setAsking] = useState<Asking>(null);
  const end = useEndSession(proved);
  const sessions = data?.items ?? [];
  const words = wordsOf(asking, t);
  return (
    <SettingsSection title={t.everywhere} hint={t.everywhereHint}>
      {isPending && <ListSkeleton rows={2} />}
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {sessions.length > 0 && (
        <Rows label={t.everywhere}>
          {sessions.map((one) => (
            <SessionRow key={one.id} session={one} onEnd={() => setAsking({ end: one })} />
          ))}
        </Rows>
      )}
      <div className={classes["row"]}>
        <Button variant="default" onClick={() => setAsking("everywhere")}>
          {t.signOutEverywhere}
        </Button>
        {sessions.length > 1 && (
          <Button variant="default" onClick={() => setAsking("others")}>
            {t.endOthers}
          </Button>
        )}
      </div>
      <ConfirmDialog
        opened={asking !== null}
        onClose={() => setAsking(null)}
        danger
        title={words.title}
        confirm={words.confirm}
        onConfirm={act}
      >
        {words.says}
      </ConfirmDialog>
    </SettingsSection>
  );

  async function act() {
    if (asking === "everywhere") return signOut(true);
    if (asking === null) return;
    await end.mutateAsync(asking === "others" ? undefined : asking.end);
    tellSaved(t.ended);
  }
}

function wordsOf(asking: Asking, t: typeof securityMessages.en) {
  if (asking === "everywhere") {
    return { title: t.signOutEverywhereTitle, confirm: t.signOutEverywhere, says: t.signOutEverywhereWords };
  }
  if (asking === "others") return { title: t.endOthersTitle, confirm: t.endOthers, says: t.endOthersWords };
  return { title: t.endTitle, confirm: t.endVerb, says: t.endWords };
}

function SessionRow({ session, onEnd }: { session: OwnSession; onEnd: () => void }) {
  const t = useMessages(securityMessages);
  const name = browserName(session.user_agent) ?? t.unknownBrowser;
  return (
    <Row
      lead={<IconDeviceDesktop size={20} stroke={1.6} />}
      title={<span title={session.user_agent ?? undefined}>{name}</span>}
      hint={
        <>
          {session.address ?? t.unknownAddress}
          {session.embedded && ` · ${t.embedded}`} · {t.since} <Time at={session.created_at} /> · {t.seen}{" "}
          <Time at={session.last_seen_at} as="relative" />
        </>
      }
      meta={session.current && t.thisOne}
      actions={
        !session.current && (
          <Button variant="default" size="xs" aria-label={t.endOf(name)} onClick={onEnd}>
            {t.endVerb}
          </Button>
        )
      }
    />
  );
}
