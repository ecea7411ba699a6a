/** Where nothing can be made yet, as the workspace has no number to send it from: the way to one. */

import { Button } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { useTenant } from "@/shared/session/session-context";
import { EmptyState } from "@/shared/ui/empty-state";
import { templateWords } from "./template-words";

export function NoNumber() {
  const t = useMessages(templateWords);
  const { tenant_id, can } = useTenant();
  const mayConnect = can("connections:write");
  return (
    <EmptyState
      icon={<IconPlugConnected size={26} stroke={1.6} />}
      title={t.firstNumber}
      action={
        mayConnect && (
          <Button component={Link} to={`/t/${tenant_id}/connections`}>
            {t.connectNumber}
          </Button>
        )
      }
    >
      {mayConnect ? t.firstNumberHint : t.firstNumberAsk}
    </EmptyState>
  );
}
