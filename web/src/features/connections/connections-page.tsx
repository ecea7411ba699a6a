/** A card for each number of the workspace, and the way to connect another. */

import { Button } from "@mantine/core";
import { IconPhonePlus, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { useInvalidateOn } from "@/shared/store/use-invalidate";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { SettingsBody } from "@/shared/ui/settings-section";
import { PageSkeleton } from "@/shared/ui/skeletons";
import { CONNECTIONS, type Connection, statusQuery } from "./api/status";
import { ConnectionCard } from "./connection-card";
import classes from "./connections-page.module.css";
import { cardMessages } from "./messages";
import { ConnectWizard } from "./wizard/connect-wizard";

const TOLD_BY = ["connection_updated"] as const;
/** What the wizard is open for: a number of one's own choice, or one that is connected anew. */
type Connecting = { again: Connection | null } | null;

export function ConnectionsPage() {
  const t = useMessages(cardMessages);
  const { tenant_id, can } = useTenant();
  const { data, error, isPending, refetch } = useQuery(statusQuery(tenant_id));
  const [connecting, setConnecting] = useState<Connecting>(null);
  const key = useMemo(() => [CONNECTIONS, tenant_id], [tenant_id]);
  useInvalidateOn(TOLD_BY, key);

  if (isPending) return <PageSkeleton />;
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const mayWrite = can("connections:write");
  const connect = (again: Connection | null) => setConnecting({ again });
  const live = data.connections.filter((one) => one.status !== "revoked");
  const given = data.connections.filter((one) => one.status === "revoked");
  const action = mayWrite && live.length + given.length > 0 && (
    <Button leftSection={<IconPlus size={17} />} onClick={() => connect(null)}>
      {t.connect}
    </Button>
  );
  return (
    <div className={classes["page"]}>
      <SettingsBody title={t.title} hint={t.hint} action={action}>
        {live.length + given.length === 0 && <NoNumber mayWrite={mayWrite} onConnect={() => connect(null)} />}
        <Cards connections={live} onAgain={connect} />
        {given.length > 0 && (
          <>
            <h2 className={classes["subtitle"]}>{t.given}</h2>
            <Cards connections={given} onAgain={connect} />
          </>
        )}
      </SettingsBody>
      {connecting && <ConnectWizard again={connecting.again} onClose={() => setConnecting(null)} />}
    </div>
  );
}

function Cards({
  connections,
  onAgain,
}: {
  connections: Connection[];
  onAgain: (connection: Connection) => void;
}) {
  return (
    <ul className={classes["cards"]}>
      {connections.map((one) => (
        <li key={one.id}>
          <ConnectionCard connection={one} onAgain={() => onAgain(one)} />
        </li>
      ))}
    </ul>
  );
}

function NoNumber({ mayWrite, onConnect }: { mayWrite: boolean; onConnect: () => void }) {
  const t = useMessages(cardMessages);
  return (
    <div className={classes["empty"]}>
      <EmptyState
        icon={<IconPhonePlus size={26} stroke={1.6} />}
        title={mayWrite ? t.empty : t.emptyReader}
        action={mayWrite && <Button onClick={onConnect}>{t.connect}</Button>}
      >
        {mayWrite ? t.emptyHint : t.emptyReaderHint}
      </EmptyState>
    </div>
  );
}
