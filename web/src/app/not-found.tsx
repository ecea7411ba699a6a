import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "wouter";
import { useMessages } from "@/shared/i18n/language";
import { EmptyState } from "@/shared/ui/empty-state";
import { frameMessages } from "./layout/messages";

export function NotFound() {
  const t = useMessages(frameMessages);
  return (
    <EmptyState
      isPage
      icon={<IconMapOff size={26} stroke={1.6} />}
      title={t.notFound}
      action={
        <Button component={Link} to="/" variant="default">
          {t.toInbox}
        </Button>
      }
    >
      {t.notFoundHint}
    </EmptyState>
  );
}
